import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import Logging

/// Making, listing and revoking tokens; an admin's business.
struct TokenRoutes: Sendable {
    let book: TokenBook
    let registry: StreamRegistry
    let now: @Sendable () -> Timestamp

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/tokens", [.get: list, .post: create])
        router.endpoint("/tokens/{name}", [.delete: revoke])
    }

    @Sendable private func list(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try context.require(.admin)
        let tokens = book.all()
        return .json { json in
            json.object {
                $0.key("tokens")
                $0.array { for token in tokens { $0.value(token) } }
            }
        }
    }

    @Sendable private func create(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let admin = try context.require(.admin)
        let grant = try TokenGrant(json: try await request.json(), now: now())
        let (token, text) = try await book.create(grant)
        context.logger.notice(
            "Token created",
            metadata: [
                "token": "\(grant.name)", "role": "\(grant.role.rawValue)",
                "by": "\(admin.identity.rawValue)",
            ])
        return .json(.created, headers: [.location: Link.token(grant.name).text]) {
            $0.value(token, secret: text)
        }
    }

    @Sendable private func revoke(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let admin = try context.require(.admin)
        let name = context.parameters.get("name") ?? ""
        registry.close(try await book.revoke(name))
        context.logger.notice(
            "Token revoked",
            metadata: ["token": "\(name)", "by": "\(admin.identity.rawValue)"])
        return Response(status: .noContent)
    }
}
