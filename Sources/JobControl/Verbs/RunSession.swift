import JobAPI
import JobClient

/// One `jobctl run`, from the submission on.
struct RunSession: Sendable {
    let client: Client
    let job: JobResource
    let screen: RunScreen
    let notice: OutageNotice
    let cancelsOnInterrupt: Bool

    /// Shows the job until it ends or the user leaves.
    ///
    /// - Returns: What to exit with.
    func run() async throws -> Int32 {
        do {
            return try await withThrowingTaskGroup(of: Ending.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await followOutput() }
                if screen.hasBar { group.addTask { try await followProgress() } }
                group.addTask { try await leaveOnInterrupt() }
                while let ending = try await group.next() {
                    switch ending {
                    case .outputEnded: return try await conclude()
                    case .left(let status): return status
                    case .progressEnded: continue
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
                await screen.note(Self.wayBack(job))
            }
            throw error
        }
    }

    /// What a part of the session ended with.
    private enum Ending: Sendable {
        case outputEnded
        case progressEnded
        case left(Int32)
    }

    private func followOutput() async throws -> Ending {
        for try await element in client.followOutput(ofJob: job.id) {
            notice.resumed()
            switch element {
            case .output(let piece): try await screen.show(piece)
            case .reset:
                await screen.note("the output that follows begins again from its start")
            }
        }
        return .outputEnded
    }

    private func followProgress() async throws -> Ending {
        var job = job
        await screen.show(job)
        for try await element in client.events(ofJob: job.id, after: job.cursor) {
            switch element {
            case .event(let event): job.apply(event.value)
            case .reset(let current): if let current = current.value { job = current }
            }
            await screen.show(job)
        }
        return .progressEnded
    }

    private func leaveOnInterrupt() async throws -> Ending {
        var hasCancelled = false
        for await number in Interrupts.signals() {
            if cancelsOnInterrupt, !hasCancelled {
                hasCancelled = true
                await screen.note("cancelling job \(job.id); once more to leave it to itself")
                _ = try await client.cancel(job.id)
                continue
            }
            await screen.clear()
            await screen.note(Self.wayBack(job))
            return .left(ExitStatus.signalBase + number)
        }
        throw CancellationError()
    }

    private static func wayBack(_ job: JobResource) -> String {
        "job \(job.id) goes on; come back with: jobctl watch \(job.id), jobctl logs -f \(job.id)"
    }

    /// Says how the job ended where its exit code does not.
    private func conclude() async throws -> Int32 {
        let finished = try await client.finishedJob(job.id)
        await screen.clear()
        try await screen.conclude(finished)
        return ExitStatus.of(finished.value)
    }
}
