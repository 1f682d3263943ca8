import ArgumentParser
import JobAPI
import JobClient

/// `jobctl queue resume`
struct QueueResumeVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Start jobs of paused queues again.",
        usage: "jobctl queue resume [options] QUEUE…",
        discussion: """
            EXAMPLES:
              jobctl queue resume gpu
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The queues.", valueName: "queue")) var queues: [String]

    func perform(on console: Console) async throws -> Int32 {
        try await QueuePausing(connection: connection, format: format, queues: queues)
            .set(paused: false, on: console)
    }
}
