import ArgumentParser
import JobAPI
import JobClient

/// `jobctl submit`
struct SubmitVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submit a job and print its id.",
        usage: "jobctl submit [options] -- CMD…",
        discussion: """
            What is piped in becomes the command's standard input.

            EXAMPLES:
              jobctl submit -- make -j4
              jobctl submit --name backup --label app=shop --timeout 2h -- ./backup.sh
              jobctl submit --shell 'tar c src | zstd > src.tar.zst'
              jobctl submit --wait -- make test && echo good

            EXIT STATUS:
              0 submitted; with --wait 0 if it succeeded, else 1.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Wait until the job is finished.") var wait = false
    @OptionGroup var what: SubmissionOptions

    func perform(on console: Console) async throws -> Int32 {
        if what.wantsHelp { throw CleanExit.helpRequest(self) }
        let submission = try what.submission(console: console)
        let notice = OutageNotice { console.note($0) }
        return try await connection.withClient(onInterruption: notice.interrupted) { client in
            var job = try await client.submit(submission)
            if !format.isJSON { try console.line("\(job.value.id)") }
            if wait { job = try await client.finishedJob(job.value.id) }
            if format.isJSON { try console.line(job.json) }
            guard wait, job.value.state != .succeeded else { return 0 }
            if !format.isJSON {
                console.note("job \(job.value.id) \(JobText.standing(job.value))")
            }
            return ExitStatus.failed
        }
    }
}
