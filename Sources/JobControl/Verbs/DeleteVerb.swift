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
            With --label, --queue, --state, --name or --all it is about finished jobs. \
            `jobctl prune` removes by age and number.

            EXAMPLES:
              jobctl delete 42 44-47
              jobctl delete --state failed --label app=shop
              jobctl cancel 43; jobctl wait 43; jobctl delete 43
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            let ids = try await selection.resolved(for: .finished, by: client)
            if ids.isEmpty, !format.isJSON { console.note("there is no such job") }
            var each = EachJob(console: console)
            let deleted = try await each.perform(ids) { id in
                try await client.delete(id)
                if !format.isJSON { try console.line("\(id) deleted") }
                return id
            }
            if format.isJSON {
                let list = deleted.map(String.init).joined(separator: ",")
                try console.line("{\"deleted\":[\(list)]}")
            }
            return each.status
        }
    }
}
