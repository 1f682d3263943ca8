import JobAPI
import JobClient

/// Waits for the ends of several jobs.
enum FinishedJobs {
    /// Waits until all of them are finished, and prints how each ended when it
    /// does, unless JSON is wanted.
    ///
    /// - Returns: The jobs by their ids, those left out that there are no more.
    ///   What these were is told in a line each.
    static func wait(
        _ ids: [Int64], for client: Client, on console: Console, isJSON: Bool
    ) async throws -> [Int64: Received<JobResource>] {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            var waiting = Set(ids).sorted()[...]
            func waitForNext() {
                guard let id = waiting.popFirst() else { return }
                group.addTask {
                    do {
                        return .finished(try await client.finishedJob(id))
                    } catch ClientError.problem(let problem)
                        where problem.code == "job_not_found"
                    {
                        return .gone(id, problem)
                    }
                }
            }
            for _ in 0..<followedAtOnce { waitForNext() }
            var jobs: [Int64: Received<JobResource>] = [:]
            for try await ending in group {
                waitForNext()
                switch ending {
                case .finished(let job):
                    jobs[job.value.id] = job
                    if !isJSON { try console.line(PlainLine.line(job.value)) }
                case .gone(let id, let problem): console.note("job \(id) is gone: \(problem)")
                }
            }
            return jobs
        }
    }

    /// Each costs a connection, of which neither this process nor the daemon has any
    /// number. Who waits for more has to wait for these anyway.
    private static let followedAtOnce = 200

    private enum Ending: Sendable {
        case finished(Received<JobResource>)
        case gone(Int64, Problem)
    }

    /// What to exit with when these are what has become of so many jobs.
    static func status(_ jobs: [Int64: Received<JobResource>], of ids: [Int64]) -> Int32 {
        let allSucceeded = ids.allSatisfy { jobs[$0]?.value.state == .succeeded }
        return allSucceeded ? 0 : ExitStatus.failed
    }
}
