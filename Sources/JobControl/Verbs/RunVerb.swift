import ArgumentParser
import JobAPI
import JobClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `jobctl run`
struct RunVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Submit a job, show what it writes as it comes, and exit as it does.",
        usage: """
            jobctl run [options] -- CMD…
            jobctl run [options] -D DEFINITION [NAME=VALUE…]
            """,
        discussion: """
            What the job writes to standard output and error goes to this command's own. \
            What is piped in is sent to the job as it comes, as much as there is, and \
            where nothing is piped in the job has no input; see -n and --open-stdin. A job \
            that is tried again shows what all its attempts write, and each reads the input \
            from its beginning. On a terminal a bar shows \
            how far it is. The job belongs to the daemon: Ctrl-C leaves it running and says \
            how to come back to it.

            EXAMPLES:
              jobctl run -- rsync -a --info=progress2 src/ dst/
              jobctl run --timeout 10m --shell 'sort big | uniq -c > counts'
              jobctl run --cancel-on-interrupt -- make test
              jobctl run -D transcode input=a.mkv quality=20
              zcat dump.sql.gz | jobctl run -- sqlite3 my.db
              jobctl run --retries 3 --retry-on exit -- curl -fO https://example.org/big

            EXIT STATUS:
              the job's own exit code; 128 and the number of the signal that ended it;
              124 it ran into its time limit; 125 the daemon or jobctl failed, or the job \
            was lost; 126 the command could not be started; 127 there is no such command; \
            130 it was cancelled, or Ctrl-C; 64 wrong usage.
            """)

    @OptionGroup var connection: ConnectionOptions
    @Flag(
        name: .customLong("json"),
        help: "Print what it writes as JSON, one object a line, and the job at last.")
    var isJSON = false
    @Flag(help: "On Ctrl-C cancel the job and wait for its end.")
    var cancelOnInterrupt = false
    @OptionGroup var what: SubmissionOptions

    func perform(on console: Console) async throws -> Int32 {
        if what.wantsHelp { throw CleanExit.helpRequest(self) }
        let screen = RunScreen(console: console, isJSON: isJSON)
        let notice = OutageNotice { text in Task { await screen.note(text) } }
        return try await connection.withClient(
            onInterruption: notice.interrupted, onResumption: notice.resumed
        ) { client in
            let (submission, source) = try await what.submission(
                client: client, usually: .none)
            let input: InputParts? =
                source == .piped
                ? InputParts(start: [], reader: try DescriptorReader(STDIN_FILENO)) : nil
            let job = try await client.submit(submission)
            let session = RunSession(
                client: client, job: job.value, screen: screen, notice: notice,
                cancelsOnInterrupt: cancelOnInterrupt, input: input)
            return try await session.run()
        }
    }

    func status(for trouble: Trouble) -> Int32 {
        switch trouble.status {
        case ExitStatus.noDaemon, ExitStatus.notAllowed, ExitStatus.failed:
            ExitStatus.ownTrouble
        default: trouble.status
        }
    }
}
