import ArgumentParser
import JobAPI
import JobClient

/// `jobctl queue show`
struct QueueShowVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all that is known of a queue.",
        discussion: """
            EXAMPLES:
              jobctl queue show gpu
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The queue.", valueName: "queue")) var queue: String

    func perform(on console: Console) async throws -> Int32 {
        let shown = try await connection.withClient { try await $0.queue(queue) }
        if format.isJSON {
            try console.line(shown.json)
            return 0
        }
        let value = shown.value
        let entries = [
            ("queue", DisplayText.clean(value.name)), ("slots", "\(value.slots)"),
            ("state", value.isPaused ? "paused" : "open"), ("running", "\(value.running)"),
            ("queued", "\(value.queued)"), ("waiting", "\(value.waiting)"),
            ("resources", ResourceText.amounts(value.resources)),
            ("in use", ResourceText.amounts(value.inUse)),
        ]
        let style = console.style(on: .stdout)
        for (name, text) in entries where !text.isEmpty {
            try console.line("\(style.paint(DisplayText.pad(name, 10), .gray)) \(text)")
        }
        return 0
    }
}
