import JobAPI
import JobClient

/// One `jobctl run`, from the submission on.
struct RunSession: Sendable {
    let client: Client
    let job: JobResource
    let screen: RunScreen
    let notice: OutageNotice
    let cancelsOnInterrupt: Bool
    /// What is to be sent to it; nil when it has no input, or others send it.
    let input: InputParts?
    private let hasSentInput = Mark()

    init(
        client: Client, job: JobResource, screen: RunScreen, notice: OutageNotice,
        cancelsOnInterrupt: Bool, input: InputParts?
    ) {
        self.client = client
        self.job = job
        self.screen = screen
        self.notice = notice
        self.cancelsOnInterrupt = cancelsOnInterrupt
        self.input = input
    }

    /// Shows the job until it ends or the user leaves.
    ///
    /// - Returns: What to exit with.
    func run() async throws -> Int32 {
        // Before anything is drawn, since whatever is has to be taken away again.
        let interrupts = Interrupts.signals()
        do {
            return try await withThrowingTaskGroup(of: Ending.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await followOutput() }
                if let input { group.addTask { try await send(input) } }
                if screen.hasBar { group.addTask { try await followProgress() } }
                group.addTask { try await leave(on: interrupts) }
                while let ending = try await group.next() {
                    switch ending {
                    case .outputEnded: return try await conclude()
                    case .left(let status): return status
                    case .progressEnded, .inputEnded: continue
                    }
                }
                return ExitStatus.ownTrouble
            }
        } catch {
            await screen.clear()
            guard error is ClosedPipe else { throw error }
            // Nobody reads the output any more; the same as leaving.
            if cancelsOnInterrupt {
                _ = try await client.cancel(job.id)
            } else {
                await screen.note(wayBack)
            }
            throw error
        }
    }

    /// What a part of the session ended with.
    private enum Ending: Sendable {
        case outputEnded
        case progressEnded
        case inputEnded
        case left(Int32)
    }

    private func followOutput() async throws -> Ending {
        // The first attempt may be over before the stream is there.
        for try await element in client.followOutput(ofJob: job.id, fromFirstAttempt: true) {
            notice.resumed()
            switch element {
            case .output(let piece): try await screen.show(piece)
            case .reset:
                await screen.note("the output that follows begins again from its start")
            case .damage(let message):
                await screen.note(message)
            }
        }
        return .outputEnded
    }

    private func send(_ input: InputParts) async throws -> Ending {
        let screen = screen
        try await InputSending(client: client, id: job.id, parts: input) { await screen.note($0) }
            .run()
        hasSentInput.set()
        return .inputEnded
    }

    private func followProgress() async throws -> Ending {
        var job = job
        await screen.show(job)
        for try await element in client.events(ofJob: job.id, after: job.cursor) {
            switch element {
            case .event(let event): job.apply(event.value)
            case .estimate(let estimate): job.apply(estimate.value)
            case .reset(let current): if let current = current.value { job = current }
            }
            await screen.show(job)
        }
        return .progressEnded
    }

    private func leave(on interrupts: AsyncStream<Int32>) async throws -> Ending {
        var hasCancelled = false
        var cancelling: Task<Bool, Never>?
        for await number in interrupts {
            if cancelsOnInterrupt, !hasCancelled {
                hasCancelled = true
                await screen.note("cancelling job \(job.id); once more to leave it to itself")
                cancelling = Task { [client, job] in
                    // Also when the daemon is away: it is asked when it is back.
                    do {
                        _ = try await client.cancelPersistently(job.id)
                        return true
                    } catch ClientError.problem(let problem)
                        where problem.code == "job_not_found" || problem.code == "conflict"
                    {
                        // It has ended meanwhile.
                        return true
                    } catch {
                        return false
                    }
                }
                continue
            }
            await screen.clear()
            cancelling?.cancel()
            if let cancelling, await cancelling.value {
                await screen.note("job \(job.id) is being cancelled")
            } else if cancelling != nil {
                await screen.note("the daemon could not be asked to cancel it: \(wayBack)")
            } else {
                await screen.note(wayBack)
            }
            return .left(ExitStatus.signalBase + number)
        }
        throw CancellationError()
    }

    private var wayBack: String {
        let input =
            input == nil || hasSentInput.isSet
            ? "" : "; it waits for the rest of its input, which jobctl send --close \(job.id) ends"
        return "job \(job.id) goes on; come back with: jobctl watch \(job.id), "
            + "jobctl logs -f \(job.id)\(input)"
    }

    /// Says how the job ended where its exit code does not.
    private func conclude() async throws -> Int32 {
        let finished = try await client.finishedJob(job.id)
        await screen.clear()
        try await screen.conclude(finished)
        return ExitStatus.of(finished.value)
    }
}
