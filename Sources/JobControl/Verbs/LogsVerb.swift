import ArgumentParser
import JobAPI
import JobClient
import TerminalText

/// `jobctl logs`
struct LogsVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what a job has written.",
        usage: "jobctl logs [options] ID",
        discussion: """
            Both of its streams go to standard output, byte for byte as they are; to a
            terminal only text, colours and moves within the line, unless --raw is given.
            With --plain they read as on a terminal: no escape sequences, a progress bar
            is one line, and a line comes when it has ended.

            EXAMPLES:
              jobctl logs 42
              jobctl logs -f --tail 20 42
              jobctl logs --plain 42 > build.log
              jobctl logs --stderr 42 | grep -i error
            """)

    @OptionGroup var connection: ConnectionOptions
    @Flag(
        name: .customLong("json"),
        help: "Print one JSON document with a text for each stream; with -f one object a piece.")
    var isJSON = false
    @Flag(name: [.short, .long], help: "Go on with what it writes until it is finished.")
    var follow = false
    @Option(
        help: ArgumentHelp(
            "Only the last lines, so many; with -f as they were written.", valueName: "n"))
    var tail: Int?
    @Flag(
        name: .customLong("plain"),
        help: "Leave out escape sequences and what was overwritten; one line for a bar.")
    var isPlain = false
    @Flag(
        name: .customLong("raw"),
        help: "Let through whatever a terminal obeys: titles, the clipboard, other screens.")
    var isRaw = false
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
        if isRaw, isPlain || isJSON {
            throw ValidationError("--raw is for output as it is, without --plain and --json")
        }
        if isPlain, isJSON, follow {
            throw ValidationError("--plain and --json go together only without -f")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        let stream: OutputResource.Stream? = onlyOutput ? .stdout : onlyError ? .stderr : nil
        let query = OutputQuery(stream: stream, attempt: attempt, tail: tail)
        let notice = OutageNotice { console.note($0) }
        return try await connection.withClient(
            onInterruption: notice.interrupted, onResumption: notice.resumed
        ) { client in
            switch (follow, isJSON) {
            case (true, _):
                // A stream waits for its daemon; that there is none has to be
                // found now.
                let job = try await client.job(id).value
                if isPlain {
                    let isLive = !job.state.isFinished
                    try await followPlain(
                        query, isLive: isLive, of: client, on: console, notice: notice)
                } else {
                    try await follow(query, of: client, on: console, notice: notice)
                }
            case (false, false):
                var safe = SafeOutput()
                for try await bytes in try await output(query, of: client) {
                    try show(bytes, &safe, on: console)
                }
            case (false, true): try await printDocument(query, of: client, on: console)
            }
            return 0
        }
    }

    /// Whoever looks at a job's output in a terminal may be another than whoever has
    /// submitted it.
    private func show(_ bytes: [UInt8], _ safe: inout SafeOutput, on console: Console) throws {
        try console.write(
            .stdout, console.outputIsTerminal && !isRaw ? safe.pass(bytes) : bytes)
    }

    private func output(_ query: OutputQuery, of client: Client) async throws -> RawOutput {
        isPlain
            ? try await client.plainOutput(ofJob: id, query)
            : try await client.output(ofJob: id, query)
    }

    private func follow(
        _ query: OutputQuery, of client: Client, on console: Console, notice: OutageNotice
    ) async throws {
        var safe: [OutputResource.Stream: SafeOutput] = [:]
        for try await element in client.followOutput(ofJob: id, query) {
            notice.resumed()
            switch element {
            case .output(let piece) where isJSON: try console.line(piece.json)
            case .output(let piece):
                try show(
                    piece.value.bytes, &safe[piece.value.stream, default: SafeOutput()],
                    on: console)
            case .reset: console.note("the output that follows begins again from its start")
            case .damage(let message): console.note(message)
            }
        }
    }

    /// Made plain here and not by the daemon, so that it goes on after an outage:
    /// the raw stream can be resumed anywhere.
    private func followPlain(
        _ query: OutputQuery, isLive: Bool, of client: Client, on console: Console,
        notice: OutageNotice
    ) async throws {
        var text = PlainText(isLive: isLive)
        for try await element in client.followOutput(ofJob: id, query) {
            notice.resumed()
            var lines: [UInt8] = []
            switch element {
            case .output(let piece):
                piece.value.bytes.withUnsafeBytes {
                    text.take(
                        $0, from: piece.value.stream == .stdout ? .output : .errors, into: &lines)
                }
            case .reset:
                text.finish(into: &lines)
                text = PlainText(isLive: isLive)
                console.note("the output that follows begins again from its start")
            case .damage(let message):
                console.note(message)
            }
            if !lines.isEmpty { try console.write(.stdout, lines) }
        }
        var lines: [UInt8] = []
        text.finish(into: &lines)
        try console.write(.stdout, lines)
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
            for try await part in try await output(query, of: client) { bytes += part }
            let text = String(decoding: bytes, as: UTF8.self)
            members.append("\"\(stream.rawValue)\":\(JSONText.string(text))")
        }
        try console.line("{\(members.joined(separator: ","))}")
    }
}
