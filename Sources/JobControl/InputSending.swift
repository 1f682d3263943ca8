import JobAPI
import JobClient

/// Sends what is piped into jobctl to a job that reads it.
struct InputSending: Sendable {
    let client: Client
    let id: Int64
    let parts: InputParts
    /// Tells the user something.
    let note: @Sendable (String) async -> Void

    /// Sends all of it, and then its end. A job that takes no more, most often
    /// because it has ended, ends this quietly.
    func run() async throws {
        do {
            _ = try await client.streamInput(parts, toJob: id)
        } catch ClientError.problem(let problem) where [404, 409].contains(problem.status) {
            // That it has been deleted meanwhile is for others to tell.
            guard let job = try? await client.job(id).value, !job.state.isFinished,
                job.cancelRequestedAt == nil
            else { return }
            await note("the rest of the input is not sent: \(problem)")
        }
    }
}
