import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import Logging

/// Signing a browser in and out, and who one is.
struct SessionRoutes: Sendable {
    let access: Access

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/session", [.get: show, .post: signIn, .delete: signOut])
        router.endpoint("/session/code", [.post: makeCode])
    }

    /// How long a session is good, in microseconds: twelve hours.
    private static let lifetime: Int64 = 43_200_000_000

    @Sendable private func show(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let principal = try context.requester
        return .json { $0.value(principal, until: context.credential?.expiresAt) }
    }

    @Sendable private func signIn(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let credential =
            switch try SessionRequest(json: try await request.json()) {
            case .token(let token): try access.credential(token: token, context)
            case .code(let code): try redeem(code, context)
            }
        var expiresAt = access.now() + Self.lifetime
        if let end = credential.endsAt { expiresAt = min(expiresAt, end) }
        let claims = SignedClaims(.session, credential.subject, expiresAt: expiresAt)
        context.logger.info(
            "Signed in",
            metadata: [
                "identity": "\(credential.principal.identity.rawValue)",
                "client": "\(context.client.address)",
            ])
        let cookie = SessionCookie.setting(
            claims.text(signedBy: access.book.key), for: context.client)
        return .json(headers: [.setCookie: cookie]) {
            $0.value(credential.principal, until: claims.expiresAt)
        }
    }

    private func redeem(
        _ code: String, _ context: JobRequestContext
    ) throws(AccessRefusal) -> Credential {
        guard let subject = access.codes.redeem(code) else {
            throw access.failure(
                "The code was used, or is older than a minute. Ask for a new one.", context)
        }
        guard let credential = access.credential(of: subject) else {
            throw .badCredential("Whoever asked for the code may no longer use jobd.")
        }
        return credential
    }

    /// Open to all, so that a session that has ended can be put away too.
    @Sendable private func signOut(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        Response(
            status: .noContent,
            headers: [.setCookie: SessionCookie.removing(for: context.client)])
    }

    @Sendable private func makeCode(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try await request.expectNoFields()
        let (code, expiresAt) = try access.codes.make(for: try context.proof.subject)
        return .json(.created) { json in
            json.object {
                $0.member("code", code)
                $0.member("expires_at", expiresAt.rfc3339)
            }
        }
    }
}
