import ArgumentParser
import JobAPI
import JobClient

/// `jobctl resume`
struct ResumeVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Continue paused jobs.",
        usage: "jobctl resume [options] ID…",
        discussion: """
            With --label, --queue, --name or --all it is about paused jobs.

            EXAMPLES:
              jobctl resume 42
              jobctl resume --all
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        let action = JobAction(
            isJSON: format.isJSON, selection: selection, concern: .only([.paused]))
        return try await connection.withClient { client in
            try await action.perform(with: client, on: console) { id in
                try await client.resume(id)
            }.status
        }
    }
}
