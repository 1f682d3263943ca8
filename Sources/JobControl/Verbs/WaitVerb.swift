import ArgumentParser
import JobAPI
import JobClient

/// `jobctl wait`
struct WaitVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until jobs are finished.",
        usage: "jobctl wait [options] ID…",
        discussion: """
            Prints how each of them ended, as it ends. It goes on waiting when the daemon \
            goes away. With --label, --queue, --name or --all it waits for the jobs that \
            are not finished when it starts.

            EXAMPLES:
              jobctl wait 42 && echo good
              jobctl wait 42 44-47
              jobctl wait --label app=shop
              jobctl wait --json 42 | jq '.jobs[].exit_code'

            EXIT STATUS:
              0 if all succeeded, else 1.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        let notice = OutageNotice { console.note($0) }
        return try await connection.withClient(
            onInterruption: notice.interrupted, onResumption: notice.resumed
        ) { client in
            let ids = try await selection.resolved(for: .following, by: client)
            // First all of them are looked at: a wrong id is told at once.
            var each = EachJob(console: console)
            let found = try await each.perform(ids) { try await client.job($0).value.id }
            let jobs = try await FinishedJobs.wait(
                found, for: client, on: console, isJSON: format.isJSON)
            if format.isJSON {
                try console.line(JobsDocument.json(found.compactMap { jobs[$0]?.json }))
            }
            return each.status == 0 ? FinishedJobs.status(jobs, of: found) : each.status
        }
    }
}
