import ArgumentParser
import JobAPI
import JobClient

/// `jobctl watch`
struct WatchVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show live how far jobs are, until they are finished.",
        usage: "jobctl watch [options] ID…",
        discussion: """
            On a terminal each job has a bar; elsewhere each change is a line. When the \
            daemon or the network goes away, it says so and goes on where it was. With \
            --label, --queue, --name or --all it shows the jobs that are not finished when \
            it starts. A ~ marks an estimate from earlier jobs of the same name; as JSON \
            it has no id.

            EXAMPLES:
              jobctl watch 42
              jobctl watch 42 44-47 && echo all good
              jobctl watch --queue gpu
              jobctl watch --json --after 0 42 | jq .fraction

            EXIT STATUS:
              0 if all succeeded, else 1; 130 after Ctrl-C.
            """)

    @OptionGroup var connection: ConnectionOptions
    @Flag(
        name: .customLong("json"),
        help: "Print the events as JSON, one a line, from the job's first.")
    var isJSON = false
    @Option(
        help: ArgumentHelp("With --json: only events after this one.", valueName: "event"))
    var after: Int64 = 0
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        let screen = WatchScreen(console: console, isJSON: isJSON)
        let notice = OutageNotice { text in Task { await screen.note(text) } }
        return try await connection.withClient(
            onInterruption: notice.interrupted, onResumption: notice.resumed
        ) { client in
            let ids = try await selection.resolved(for: .following, by: client)
            if ids.isEmpty, !isJSON { console.note("there is no such job") }
            var each = EachJob(console: console)
            let jobs = try await each.perform(ids) { try await client.job($0).value }
            // Before anything is drawn, since whatever is has to be ended.
            let interrupts = Interrupts.signals()
            do {
                try await screen.begin(jobs)
                let status = try await follow(
                    jobs, of: client, on: screen, notice: notice, until: interrupts)
                return status == 0 ? each.status : status
            } catch {
                await screen.end()
                throw error
            }
        }
    }

    private func follow(
        _ jobs: [JobResource], of client: Client, on screen: WatchScreen, notice: OutageNotice,
        until interrupts: AsyncStream<Int32>
    ) async throws -> Int32 {
        let after = isJSON ? after : nil
        return try await withThrowingTaskGroup(of: Ending.self) { group in
            defer { group.cancelAll() }
            for job in jobs {
                group.addTask {
                    // Of a finished job only the stream itself has more to tell.
                    if after == nil, job.state.isFinished { return .finished(job) }
                    let cursor = after ?? job.cursor
                    for try await element in client.events(ofJob: job.id, after: cursor) {
                        notice.resumed()
                        try await screen.show(element, of: job.id)
                    }
                    return .finished(try await client.finishedJob(job.id).value)
                }
            }
            group.addTask {
                for await number in interrupts { return .left(number) }
                throw CancellationError()
            }
            var unfinished = jobs.count
            var status: Int32 = 0
            while unfinished > 0, let ending = try await group.next() {
                switch ending {
                case .finished(let job):
                    unfinished -= 1
                    try await screen.conclude(job)
                    if job.state != .succeeded { status = ExitStatus.failed }
                case .left(let number):
                    await screen.end()
                    return ExitStatus.signalBase + number
                }
            }
            // While signals are still taken: one must not leave half of it there.
            await screen.end()
            return status
        }
    }

    private enum Ending: Sendable {
        case finished(JobResource)
        case left(Int32)
    }
}
