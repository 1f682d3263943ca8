import ArgumentParser
import JobAPI
import JobClient

/// `jobctl pause`
struct PauseVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop running jobs where they are, to be continued.",
        usage: "jobctl pause [options] ID…",
        discussion: """
            All processes of the job stop, and keep their memory and the job its slot. \
            `jobctl queue pause` is for what has not started. With --label, --queue, --name \
            or --all it is about running jobs.

            EXAMPLES:
              jobctl pause 42
              jobctl pause --queue gpu
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        let action = JobAction(
            isJSON: format.isJSON, selection: selection, concern: .only([.running]))
        return try await connection.withClient { client in
            try await action.perform(with: client, on: console) { id in
                try await client.pause(id)
            }.status
        }
    }
}
