import JobModel
import ProgressRecognition
import Testing

@Suite struct DirectFormTests {
    @Test(arguments: [
        ("42", "0.42"),
        ("42.5", "0.425"),
        ("0.5", "0.005"),
        ("  7  ", "0.07"),
        ("42%", "0.42"),
        ("42.5 %", "0.425"),
        ("42% copying a.txt", "0.42 'copying a.txt'"),
        ("42% complete", "0.42"),
        ("100% done", "1.0"),
        ("3/10", "0.3 3.0/10.0"),
        ("3 / 10", "0.3 3.0/10.0"),
        ("3 of 10", "0.3 3.0/10.0"),
        ("3 out of 10", "0.3 3.0/10.0"),
        ("3/10 files copied so far", "0.3 3.0/10.0 files 'files copied so far'"),
        ("3/10: a.txt", "0.3 3.0/10.0 'a.txt'"),
        ("1.5/3 GB", "0.5 1.5/3.0 'GB'"),
        ("[3/10] compiling", "0.3 3.0/10.0 'compiling'"),
        ("[ 42% ] compiling", "0.42 'compiling'"),
        ("150%", "1.0"),
        ("12/10", "1.0 12.0/10.0"),
        ("0/0", "nil 0.0/0.0"),
        (#"{"progress": 0.42, "message": "x"}"#, "0.42 'x'"),
        (#"{"done": 3, "total": 4, "unit": "files"}"#, "0.75 3.0/4.0 files"),
        (#"{"done": 3}"#, "nil 3.0/?"),
        (#"{"message": "starting"}"#, "nil 'starting'"),
        ("starting", "nil 'starting'"),
        ("3/10/2026", "nil"),
        ("2 files left", "nil '2 files left'"),
        ("42%d", "nil '42%d'"),
        ("", "nil"), ("   ", "nil"), ("-5", "nil"), ("-5%", "nil"), ("+", "nil"), ("%", "nil"),
        ("{\"progress\": 0.4", "nil"), ("{}", "nil"), ("{\"progress\": -1}", "nil"),
        ("99999999999999999999999999", "nil"),
    ])
    func line(_ line: String, _ expected: String) {
        let rows = record([Frame(line, .direct)])
        #expect(rows.map { told($0.progress) } == (expected == "nil" ? [] : [expected]))
        #expect(rows.allSatisfy { $0.progress.source == .direct })
    }

    @Test func anEndOfAWriteEndsALine() {
        let rows = record([Frame("4", .direct, at: 0), Frame("2", .direct, at: 1)])
        #expect(rows.map { told($0.progress) } == ["0.04", "0.02"])
    }

    @Test func aMessageAloneKeepsTheNumbersAndStaysForLaterOnes() {
        let told = readings(
            of: ["downloading", "10", "20", "unpacking", "30% lib", "40", #"{"message":""}"#],
            .direct
        ).map(told)
        #expect(
            told == [
                "nil 'downloading'", "0.1 'downloading'", "0.2 'downloading'", "0.2 'unpacking'",
                "0.3 'lib'", "0.4 'unpacking'", "0.4",
            ])
    }

    @Test func controlCharactersAndLengthOfAMessage() throws {
        let long = String(repeating: "é", count: 400)
        let rows = record([
            Frame("1% a\u{1B}[31mred\u{1B}[0m\tb\u{7}\u{202E}c", .direct, at: 0),
            Frame("2% " + long, .direct, at: 1),
            Frame(Array("3% ".utf8) + [0xFF, 0xC3], .direct, at: 2),
        ])
        try #require(rows.count == 3)
        #expect(rows[0].progress.message == "ared bc")
        #expect(rows[1].progress.message == String(repeating: "é", count: 256))
        #expect(rows[2].progress.message?.contains("\u{FFFD}") == true)
    }
}
