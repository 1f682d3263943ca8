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

/// `jobctl submit`
struct SubmitVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submit a job and print its id.",
        usage: """
            jobctl submit [options] -- CMD…
            jobctl submit [options] -D DEFINITION [NAME=VALUE…]
            jobctl submit [options] --file FILE
            """,
        discussion: """
            What is piped in becomes the command's standard input. Where nothing is piped in \
            that stays open for `jobctl send`; with -n, and with --wait, there is none.

            FILE has one job, a list of jobs, or {"jobs": […]}, in JSON or YAML, with the \
            members of POST /jobs; - is standard input. All of them are submitted, or none, \
            and their ids are printed a line each. A job may name others of the file in \
            "after". In YAML only true and false are such, and only numbers are numbers: \
            yes, 22:30 and 2026-11-22 are strings. The input of a job without \
            "stdin" stays open for `jobctl send`.

            EXAMPLES:
              jobctl submit -- make -j4
              jobctl submit --name backup --label app=shop --timeout 2h -- ./backup.sh
              jobctl submit --shell 'tar c src | zstd > src.tar.zst'
              jobctl submit --not-before 22:30 --queue gpu --resource gpu=1 -- ./train.py
              jobctl submit --after $(jobctl submit -- make) -- make install
              jobctl submit --wait -- make test && echo good
              jobctl submit -D transcode input=a.mkv quality=20
              jobctl submit -f jobs.yaml

            EXIT STATUS:
              0 submitted; with --wait 0 if all succeeded, else 1.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Wait until it is finished.") var wait = false
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Submit the jobs of this file.", valueName: "file"))
    var file: String?
    @OptionGroup var what: SubmissionOptions

    func perform(on console: Console) async throws -> Int32 {
        if what.wantsHelp { throw CleanExit.helpRequest(self) }
        let notice = OutageNotice { console.note($0) }
        if let file {
            if let given = what.given {
                throw Trouble.usage("\(given) and --file: give either, since the file has it all")
            }
            let jobs = try await JobFile.read(file)
            return try await connection.withClient(
                onInterruption: notice.interrupted, onResumption: notice.resumed
            ) { client in
                try await submit(jobs, from: file, to: client, on: console)
            }
        }
        return try await connection.withClient(
            onInterruption: notice.interrupted, onResumption: notice.resumed
        ) { client in
            var job = try await submit(to: client, on: console)
            if wait { job = try await client.finishedJob(job.value.id) }
            if format.isJSON { try console.line(job.json) }
            guard wait, job.value.state != .succeeded else { return 0 }
            if !format.isJSON {
                console.note("job \(job.value.id) \(JobText.standing(job.value))")
            }
            return ExitStatus.failed
        }
    }

    /// Submits the command, and what is piped in with it or after it.
    private func submit(
        to client: Client, on console: Console
    ) async throws -> Received<JobResource> {
        var (submission, input) = try await what.submission(
            client: client, usually: wait ? .none : .sent)
        var rest: InputParts?
        if case .piped = input {
            let reader = try DescriptorReader(STDIN_FILENO)
            let start = try await StandardInput.start(
                reader, limit: JobSubmission.maximumBytes)
            submission.stdin = start.text
            // What is no text, too long for a request, or not there yet follows it.
            if try start.text == nil
                || submission.encoded().count > JobSubmission.maximumBytes
            {
                submission.stdin = nil
                rest = InputParts(start: start.bytes, reader: reader)
            }
        }
        let job = try await client.submit(submission)
        if !format.isJSON { try console.line("\(job.value.id)") }
        if let rest { try await send(rest, to: job.value, of: client, on: console) }
        return job
    }

    /// Passes on what is piped in until it ends, or the job does: a pipe that nobody
    /// closes must not keep jobctl for ever.
    private func send(
        _ rest: InputParts, to job: JobResource, of client: Client, on console: Console
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await InputSending(client: client, id: job.id, parts: rest) {
                    console.note($0)
                }.run()
            }
            group.addTask { _ = try await client.finishedJob(job.id) }
            // Told to whoever sits before it; a quick end needs no words.
            let telling = Task {
                try await Task.sleep(for: .seconds(2))
                console.note(
                    "passing on standard input to job \(job.id) until it ends; --no-stdin if the "
                        + "job has none")
            }
            defer { telling.cancel() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func submit(
        _ file: JobFile, from path: String, to client: Client, on console: Console
    ) async throws -> Int32 {
        let batch: Received<BatchResource>
        do {
            batch = try await client.submit(batchJSON: file.document)
        } catch ClientError.problem(let problem) {
            throw ClientError.problem(file.naming(problem))
        }
        let ids = batch.value.jobs.map(\.id)
        if !format.isJSON { for id in ids { try console.line("\(id)") } }
        guard wait else {
            if format.isJSON { try console.line(batch.json) }
            return 0
        }
        let jobs = try await FinishedJobs.wait(
            ids, for: client, on: console, isJSON: format.isJSON)
        if format.isJSON {
            try console.line(JobsDocument.json(ids.compactMap { jobs[$0]?.json }))
        }
        return FinishedJobs.status(jobs, of: ids)
    }
}
