import ArgumentParser
import JobAPI
import JobClient

/// `jobctl queue list`
struct QueueListVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the queues.",
        discussion: """
            EXAMPLES:
              jobctl queue list
              jobctl queue list --json | jq '.queues[] | select(.queued > 0).name'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions

    func perform(on console: Console) async throws -> Int32 {
        let queues = try await connection.withClient { try await $0.queues() }
        if format.isJSON {
            try console.line(queues.json)
            return 0
        }
        let width = console.outputIsTerminal ? console.size().columns : nil
        let table = QueueTable.table(queues.value.queues)
        for line in table.lines(width: width, style: console.style(on: .stdout)) {
            try console.line(line)
        }
        return 0
    }
}
