import Testing

@testable import JobControl

/// The orders in which a signal and its jobs may be named.
@Suite struct SignalWordTests {
    @Test(
        arguments: [
            "USR1 42 43", "42 43 USR1", "42 --signal USR1 43", "--signal=USR1 42 43",
            "42 USR1 43",
        ])
    func comesFirst(_ line: String) {
        let words = ["signal"] + line.split(separator: " ").map(String.init)
        #expect(SignalWord.moved(words) == ["signal", "USR1", "42", "43"])
    }

    @Test func anOptionsValueIsNoSignal() {
        let words = ["signal", "--queue", "HUP", "--tree", "INT"]
        #expect(SignalWord.moved(words) == ["signal", "INT", "--queue", "HUP", "--tree"])
    }

    @Test(arguments: [["signal", "10", "42"], ["signal"], ["cancel", "42", "HUP"]])
    func othersStayAsTheyAre(_ words: [String]) {
        #expect(SignalWord.moved(words) == words)
    }
}
