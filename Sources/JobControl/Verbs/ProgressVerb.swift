import ArgumentParser

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `jobctl progress`
struct ProgressVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "progress",
        abstract: "Inside a job: tell how far it is.",
        usage: "jobctl progress WHAT [MESSAGE…]",
        discussion: """
            WHAT is 42, 42%, 3/10, or a JSON object. Outside a job there is nobody to tell, \
            and that is an error.

            EXAMPLES:
              jobctl progress 42%
              jobctl progress 3/10 "copied a.txt"
              jobctl progress '{"progress": 0.42, "message": "resizing"}'
            """)

    @Argument(parsing: .captureForPassthrough, help: "How far it is, and a message.")
    var words: [String] = []

    func perform(on console: Console) async throws -> Int32 {
        if ["-h", "--help"].contains(words.first) { throw CleanExit.helpRequest(self) }
        let line = try ProgressLine.bytes(words)
        let path = ProcessInfo.processInfo.environment["JOBD_PROGRESS"] ?? ""
        guard !path.isEmpty else {
            throw Trouble.usage(
                "not inside a job: $JOBD_PROGRESS is not set; use it in a command that jobd runs")
        }
        try ProgressLine.write(line, to: path)
        return 0
    }
}
