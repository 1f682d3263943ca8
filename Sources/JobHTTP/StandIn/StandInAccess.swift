import Hummingbird
import JobAPI
import JobModel

/// Takes everybody for an administrator, until there is authentication.
struct StandInAccess: RouterMiddleware {
    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.principal = Principal(.anyone, .admin)
        return try await next(request, context)
    }

    static func addSession(to router: Router<JobRequestContext>) {
        router.endpoint(
            "/session",
            [
                .get: { _, _ in
                    .json {
                        $0.object {
                            $0.member("identity", "anyone")
                            $0.member("role", "admin")
                            $0.key("definitions")
                            $0.null()
                            $0.key("expires_at")
                            $0.null()
                        }
                    }
                }
            ])
    }
}
