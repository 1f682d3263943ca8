import ArgumentParser
import JobAPI
import Testing

@testable import JobControl

/// What the words of a command line mean.
@Suite struct OptionTests {
    @Test(
        arguments: [
            ("90", 90), ("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86_400), ("1.5h", 5400),
            ("1h30m", 5400), ("500ms", 0.5), ("0", 0),
        ] as [(String, Double)])
    func durations(_ text: String, _ seconds: Double) {
        #expect(DurationArgument(argument: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "s", "5x", "-5", "1h30", "1 h", "1e3", "nan", "inf", "1.2.3s", "5S"])
    func noDurations(_ text: String) {
        #expect(DurationArgument(argument: text) == nil)
    }

    @Test(
        arguments: [
            ("1048576", 1 << 20), ("64MiB", 64 << 20), ("1G", 1 << 30), ("1g", 1 << 30),
            ("10MB", 10_000_000), ("1.5K", 1536), ("2TiB", 2 << 40), ("7B", 7), ("0", 0),
        ] as [(String, Int64)])
    func sizes(_ text: String, _ bytes: Int64) {
        #expect(SizeArgument(argument: text)?.bytes == bytes)
    }

    @Test(arguments: ["", "M", "-1", "1X", "1MiBs", "1e9", "99999999999T", "1 M"])
    func noSizes(_ text: String) {
        #expect(SizeArgument(argument: text) == nil)
    }

    @Test func assignments() {
        #expect(AssignmentArgument(argument: "a=b=c")?.key == "a")
        #expect(AssignmentArgument(argument: "a=b=c")?.value == "b=c")
        #expect(AssignmentArgument(argument: "a=")?.value == "")
        #expect(AssignmentArgument(argument: "a")?.value == nil)
        #expect(AssignmentArgument(argument: "=b") == nil)
        #expect(AssignmentArgument(argument: "") == nil)
    }

    private func submission(_ words: [String]) throws -> JobSubmission {
        let verb = try #require(try RunVerb.parseAsRoot(words) as? RunVerb)
        return try verb.what.submission(directory: "/here", environment: ["LANG": "C"])
    }

    @Test func wholeSubmission() throws {
        let submission = try submission([
            "--name", "n", "--label", "a=b", "--label", "c=d", "--env", "K=V", "--env", "LANG",
            "--cwd", "sub", "--tty", "--watch-files", "--timeout", "5m", "--kill-grace", "3",
            "--output-limit", "1K", "--queue", "q", "--", "ls", "--", "-l",
        ])
        var expected = JobSubmission(command: .arguments(["ls", "--", "-l"]))
        expected.name = "n"
        expected.labels = ["a": "b", "c": "d"]
        expected.env = ["K": "V", "LANG": "C"]
        expected.cwd = "/here/sub"
        expected.tty = true
        expected.watchFiles = true
        expected.timeoutSeconds = 300
        expected.killGraceSeconds = 3
        expected.outputLimitBytes = 1024
        expected.queue = "q"
        #expect(submission == expected)
    }

    @Test(
        arguments: [
            (["--", "ls"], .arguments(["ls"])),
            (["ls", "--name", "x"], .arguments(["ls", "--name", "x"])),
            (["--", "-x"], .arguments(["-x"])), (["--shell", "a | b"], .shell("a | b")),
            (["--name", "x", "ls", "--", "y"], .arguments(["ls", "--", "y"])),
        ] as [([String], JobResource.Command)])
    func commands(_ words: [String], _ command: JobResource.Command) throws {
        let submission = try submission(words)
        #expect(submission.command == command)
        #expect(submission.cwd == "/here")
        #expect(submission.env == nil)
    }

    @Test(
        arguments: [
            [], ["--"], ["--nmae", "x", "--", "ls"], ["--shell", "a", "--", "b"],
            ["--label", "a", "--", "b"], ["--env", "NOT_HERE", "--", "b"],
        ] as [[String]])
    func refused(_ words: [String]) {
        let error = #expect(throws: Trouble.self) { try submission(words) }
        #expect(error?.status == 64)
    }

    @Test(arguments: [
        (["42"], "42\n"), (["42%", "almost"], "42% almost\n"), (["42", "almost"], "42% almost\n"),
        (["3/10", "a\nb", "c"], "3/10 a b c\n"),
        (["--", "1.5/2"], "1.5/2\n"), ([#"{"progress": 1}"#], "{\"progress\": 1}\n"),
    ])
    func progressLines(_ words: [String], _ line: String) throws {
        #expect(String(decoding: try ProgressLine.bytes(words), as: UTF8.self) == line)
    }

    @Test(arguments: [[], ["abc"], ["-1"], ["3/"], ["/3"], ["1/2/3"], ["{"], ["1.2.3"], ["%"]])
    func noProgress(_ words: [String]) {
        #expect(throws: Trouble.self) { try ProgressLine.bytes(words) }
    }

    @Test func longMessagesAreCutBetweenCharacters() throws {
        let line = try ProgressLine.bytes(["1/2", String(repeating: "ü", count: 4000)])
        #expect(line.count <= ProgressLine.limit)
        #expect(line.count >= ProgressLine.limit - 1)
        #expect(String(validating: line, as: UTF8.self)?.hasSuffix("ü\n") == true)
    }

    @Test(arguments: [
        ("--url u list --limit 3", "list --url u --limit 3"),
        ("--url=u --token t --json show 7", "show --url=u --token t --json 7"),
        ("--token-file f show 7", "show --token-file f 7"),
        ("list --url u", "list --url u"), ("--version", "--version"), ("", ""),
        ("--url", "--url"), ("--url u", "--url u"), ("--url u --help", "--url u --help"),
        ("run -- --url u", "run -- --url u"),
        ("--url u queue set q", "queue set --url u q"), ("--json queue", "queue --json"),
        ("--url u list queue", "list --url u queue"),
    ])
    func optionsBeforeTheVerbAreMovedBehindIt(_ given: String, _ expected: String) {
        let words = given.split(separator: " ").map(String.init)
        #expect(LeadingOptions.moved(words).joined(separator: " ") == expected)
    }
}
