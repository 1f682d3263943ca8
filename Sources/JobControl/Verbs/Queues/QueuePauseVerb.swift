import ArgumentParser
import JobAPI
import JobClient

/// `jobctl queue pause`
struct QueuePauseVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Start no more jobs of queues.",
        usage: "jobctl queue pause [options] QUEUE…",
        discussion: """
            What runs goes on; `jobctl pause --queue QUEUE` is for that.

            EXAMPLES:
              jobctl queue pause gpu
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The queues.", valueName: "queue")) var queues: [String]

    func perform(on console: Console) async throws -> Int32 {
        try await QueuePausing(connection: connection, format: format, queues: queues)
            .set(paused: true, on: console)
    }
}
