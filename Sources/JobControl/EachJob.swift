import JobAPI
import JobClient

/// Does something to each of several jobs, whatever becomes of the others.
struct EachJob {
    let console: Console
    /// What to exit with, as of now.
    private(set) var status: Int32 = 0

    init(console: Console) {
        self.console = console
    }

    /// Does it to each of them, one after the other, and says in a line what the
    /// daemon refuses to do.
    ///
    /// - Returns: What came of it, where it was done.
    /// - Throws: What would happen to every job: that nobody is there, or that
    ///   nobody is let in.
    mutating func perform<Result>(
        _ ids: [Int64], _ action: (Int64) async throws -> Result
    ) async throws -> [Result] {
        var results: [Result] = []
        for id in ids {
            if let result = try await perform(on: id, action) { results.append(result) }
        }
        return results
    }

    private mutating func perform<Result>(
        on id: Int64, _ action: (Int64) async throws -> Result
    ) async throws -> Result? {
        do {
            return try await action(id)
        } catch ClientError.problem(let problem) where (400..<500).contains(problem.status) {
            // Without a valid token, or by that name, all others would fail as well.
            if [401, 421, 429].contains(problem.status) { throw ClientError.problem(problem) }
            refused(ClientError.problem(problem), id)
            return nil
        }
    }

    private mutating func refused(_ error: ClientError, _ id: Int64) {
        let trouble = Trouble(error)
        // The daemon's sentences mostly name the job.
        let isNamed = trouble.message.contains("job \(id)")
        console.note(isNamed ? trouble.message : "job \(id): \(trouble.message)")
        // Different troubles have no status in common but that of failure.
        status = status == 0 || status == trouble.status ? trouble.status : ExitStatus.failed
    }
}
