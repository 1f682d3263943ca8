import ArgumentParser
import JobAPI
import JobClient

/// `jobctl logs`
struct LogsVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what a job has written.",
        usage: "jobctl logs [options] ID",
        discussion: """
            Both of its streams go to standard output, byte for byte as they are.

            EXAMPLES:
              jobctl logs 42
              jobctl logs -f --tail 20 42
              jobctl logs --stderr 42 | grep -i error
            """)

    @OptionGroup var connection: ConnectionOptions
    @Flag(
        name: .customLong("json"),
        help: "Print one JSON document with a text for each stream; with -f one object a piece.")
    var isJSON = false
    @Flag(name: [.short, .long], help: "Go on with what it writes until it is finished.")
    var follow = false
    @Option(help: ArgumentHelp("Only the last lines, so many.", valueName: "n")) var tail: Int?
    @Flag(name: .customLong("stdout"), help: "Only standard output.") var onlyOutput = false
    @Flag(name: .customLong("stderr"), help: "Only standard error.") var onlyError = false
    @Option(help: ArgumentHelp("Only this attempt.", valueName: "n")) var attempt: Int?
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var id: Int64

    func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail must be 0 or more") }
        if let attempt, attempt < 1 { throw ValidationError("--attempt must be 1 or more") }
        if onlyOutput, onlyError {
            throw ValidationError("give --stdout or --stderr; both is what you get without")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        let stream: OutputResource.Stream? = onlyOutput ? .stdout : onlyError ? .stderr : nil
        let query = OutputQuery(stream: stream, attempt: attempt, tail: tail)
        let notice = OutageNotice { console.note($0) }
        return try await connection.withClient(onInterruption: notice.interrupted) { client in
            switch (follow, isJSON) {
            case (true, _): try await follow(query, of: client, on: console, notice: notice)
            case (false, false):
                for try await bytes in try await client.output(ofJob: id, query) {
                    try console.write(.stdout, bytes)
                }
            case (false, true): try await printDocument(query, of: client, on: console)
            }
            return 0
        }
    }

    private func follow(
        _ query: OutputQuery, of client: Client, on console: Console, notice: OutageNotice
    ) async throws {
        // A stream waits for its daemon; that there is none has to be found now.
        _ = try await client.job(id)
        for try await element in client.followOutput(ofJob: id, query) {
            notice.resumed()
            switch element {
            case .output(let piece) where isJSON: try console.line(piece.json)
            case .output(let piece): try console.write(.stdout, piece.value.bytes)
            case .reset: console.note("the output that follows begins again from its start")
            }
        }
    }

    private func printDocument(
        _ query: OutputQuery, of client: Client, on console: Console
    ) async throws {
        var members = ["\"id\":\(id)"]
        for stream in OutputResource.Stream.allCases
        where query.stream == nil || query.stream == stream {
            var query = query
            query.stream = stream
            var bytes: [UInt8] = []
            for try await part in try await client.output(ofJob: id, query) { bytes += part }
            let text = String(decoding: bytes, as: UTF8.self)
            members.append("\"\(stream.rawValue)\":\(JSONText.string(text))")
        }
        try console.line("{\(members.joined(separator: ","))}")
    }
}
