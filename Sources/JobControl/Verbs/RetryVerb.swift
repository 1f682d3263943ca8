import ArgumentParser
import JobAPI
import JobClient

/// `jobctl retry`
struct RetryVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run finished jobs again, as new attempts.",
        usage: "jobctl retry [options] ID…",
        discussion: """
            A job that waits for its next attempt has it now. With --label, --queue, --name \
            or --all it is about jobs that failed or were cancelled; --state succeeded asks \
            for the others.

            EXAMPLES:
              jobctl retry 42
              jobctl retry --wait 42 && echo good
              jobctl retry --state failed --label app=shop

            EXIT STATUS:
              0 if all are to run again; with --wait 0 if all succeeded, else 1.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Wait until they are finished.") var wait = false
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        let notice = OutageNotice { console.note($0) }
        return try await connection.withClient(
            onInterruption: notice.interrupted, onResumption: notice.resumed
        ) { client in
            var action = JobAction(
                isJSON: format.isJSON, selection: selection, concern: Self.concern)
            // With --wait it is the jobs as they end that are printed.
            action.printsDocument = !wait
            let (ids, status) = try await action.perform(with: client, on: console) { id in
                try await client.retry(id)
            }
            guard wait else { return status }
            let jobs = try await FinishedJobs.wait(
                ids, for: client, on: console, isJSON: format.isJSON)
            if format.isJSON {
                try console.line(JobsDocument.json(ids.compactMap { jobs[$0]?.json }))
            }
            return status == 0 ? FinishedJobs.status(jobs, of: ids) : status
        }
    }

    private static let concern = Concern(
        usual: [.failed, .cancelled], possible: JobStates.finished + [.waiting])
}
