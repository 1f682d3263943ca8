import Crypto
import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import JobStore

/// Making tickets: for an EventSource, which can send no token, to follow one job.
struct TicketRoutes: Sendable {
    let store: Store
    /// What they are signed with.
    let key: SymmetricKey
    /// How long one is good unless another time is asked for, in microseconds.
    let lifetime: Int64

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/jobs/{id}/ticket", [.post: create])
    }

    @Sendable private func create(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let credential = try context.proof
        let asked = try TicketRequest(json: try await request.json())
        let job = try await store.job(for: context)
        var expiresAt = store.now() + (asked.lifetime ?? lifetime)
        // Past that it would be refused anyway.
        if let end = credential.endsAt { expiresAt = min(expiresAt, end) }
        let claims = SignedClaims(.ticket(job.id), credential.subject, expiresAt: expiresAt)
        let ticket = claims.text(signedBy: key)
        return .json(.created) { json in
            json.object {
                $0.member("ticket", ticket)
                $0.member("expires_at", claims.expiresAt.rfc3339)
            }
        }
    }
}
