import JobModel
import ProgressRecognition
import Testing

@Suite struct TerminalProgressTests {
    @Test(arguments: ["\u{7}", "\u{1B}\\"])
    func states(_ end: String) {
        let text = ["4;1;10", "4;1;150", "4;2", "4;2;30", "4;4", "4;3", "4;3", "4;1", "4;0"]
            .map { "\u{1B}]9;\($0)\(end)" }.joined()
        #expect(
            record([Frame(text)]).map { told($0.progress) } == [
                "0.1", "1.0", "1.0 'error'", "0.3 'error'", "0.3 'paused'", "nil", "0.0",
            ])
        #expect(
            record([Frame(text)]).allSatisfy { $0.progress.source.rawValue == "terminal" })
    }

    @Test func stateWithoutAValueLastsUntilTheNext() {
        let text = ["4;2", "4;1;30", "4;0", "4;4", "4;3", "4;1;40"]
            .map { "\u{1B}]9;\($0)\u{7}" }.joined()
        #expect(
            record([Frame(text)]).map { told($0.progress) } == [
                "nil 'error'", "0.3", "0.3 'paused'", "nil", "0.4",
            ])
    }

    @Test(arguments: [
        "\u{1B}]9;hello\u{7}", "\u{1B}]9;4\u{7}", "\u{1B}]9;4;7;10\u{7}", "\u{1B}]9;4;1;x\u{7}",
        "\u{1B}]0;42%\u{7}", "\u{1B}]9;4;1;10", "\u{1B}]9;4;3\u{7}", "\u{1B}]9;4;1;10\n\u{7}",
        "\u{1B}]9;4;1;1\u{18}0\u{7}", "]9;4;1;10\u{7}", "\u{1B}P9;4;1;10\u{1B}\\",
    ])
    func otherSequences(_ text: String) {
        #expect(record([Frame(text + "\n")]) == [])
    }
}
