import ArgumentParser
import JobAPI
import JobClient

/// `jobctl queue remove`
struct QueueRemoveVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove queues that have no unfinished jobs.",
        usage: "jobctl queue remove [options] QUEUE…",
        discussion: """
            EXAMPLES:
              jobctl queue remove gpu
              jobctl cancel --queue gpu && jobctl wait --queue gpu; jobctl queue remove gpu
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The queues.", valueName: "queue")) var queues: [String]

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            var removed: [String] = []
            var status: Int32 = 0
            for name in queues {
                do {
                    try await client.deleteQueue(name)
                    removed.append(name)
                    if !format.isJSON { try console.line("\(DisplayText.clean(name)) removed") }
                } catch ClientError.problem(let problem) where [404, 409].contains(problem.status) {
                    console.note("\(name): \(problem)")
                    status = ExitStatus.failed
                }
            }
            if format.isJSON {
                let list = removed.map(JSONText.string).joined(separator: ",")
                try console.line("{\"removed\":[\(list)]}")
            }
            return status
        }
    }
}
