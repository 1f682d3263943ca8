import ArgumentParser
import JobAPI
import JobClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `jobctl send`
struct SendVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Send text to a job's standard input.",
        usage: """
            jobctl send [options] ID TEXT…
            … | jobctl send [options] ID
            """,
        discussion: """
            The words of TEXT go in one line. Without TEXT it is this command's own standard \
            input that is sent, as it is; with --close and nothing piped in, the end alone. \
            A job that was given its input when it was submitted takes no more. What is sent \
            before a job starts it finds there, and each attempt reads all of it.

            EXAMPLES:
              id=$(jobctl submit -- sqlite3 my.db)
              jobctl send $id 'select count(*) from t;'
              zcat dump.sql.gz | jobctl send --close $id
              jobctl send --close $id
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Flag(name: [.customShort("n"), .long], help: "Send no newline after the text.")
    var noNewline = false
    @Flag(help: "Then end the input.") var close = false
    @Option(
        help: ArgumentHelp(
            "Where the first byte belongs; what is there already is not sent again, so that "
                + "the same call can be repeated.", valueName: "bytes"))
    var offset: Int64?
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var id: Int64
    @Argument(help: ArgumentHelp("What to send.", valueName: "text")) var text: [String] = []

    func validate() throws {
        if let offset, offset < 0 { throw ValidationError("--offset must be 0 or more") }
    }

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            let input: Received<InputResource>?
            if !text.isEmpty {
                let line = text.joined(separator: " ") + (noNewline ? "" : "\n")
                input = try await client.sendInput(
                    Array(line.utf8), toJob: id, at: offset, isLast: close)
            } else if close, !StandardInput.isPiped {
                input = try await client.sendInput([], toJob: id, at: offset, isLast: true)
            } else {
                input = try await sendStandardInput(to: client)
            }
            if format.isJSON, let input { try console.line(input.json) }
            return 0
        }
    }

    /// - Returns: nil when there was nothing to send.
    private func sendStandardInput(to client: Client) async throws -> Received<InputResource>? {
        let reader = try DescriptorReader(STDIN_FILENO)
        // Before anybody types for a job that is not there.
        _ = try await client.job(id)
        var sent: Int64 = 0
        var input: Received<InputResource>?
        while true {
            let part = try await reader.read()
            if part.isEmpty, !close { return input }
            do {
                input = try await client.sendInput(
                    part, toJob: id, at: offset.map { $0 + sent }, isLast: part.isEmpty)
            } catch let error as ClientError where sent > 0 {
                var trouble = Trouble(error)
                trouble.message = "after \(sent) bytes had been sent: \(trouble.message)"
                throw trouble
            }
            if part.isEmpty { return input }
            sent += Int64(part.count)
        }
    }
}
