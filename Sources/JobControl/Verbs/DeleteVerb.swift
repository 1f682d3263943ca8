import ArgumentParser
import JobAPI
import JobClient

/// `jobctl delete`
struct DeleteVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove finished jobs with their history and output.",
        usage: "jobctl delete [options] ID…",
        discussion: """
            EXAMPLES:
              jobctl delete 42
              jobctl cancel 43; jobctl wait 43; jobctl delete 43
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var ids: [Int64]

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            for id in ids {
                try await client.delete(id)
                if !format.isJSON { try console.line("\(id) deleted") }
            }
            if format.isJSON {
                let list = ids.map(String.init).joined(separator: ",")
                try console.line("{\"deleted\":[\(list)]}")
            }
            return 0
        }
    }
}
