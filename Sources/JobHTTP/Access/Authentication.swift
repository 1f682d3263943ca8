import Hummingbird

/// Lets nobody through who is not known, but for what is open to all.
struct Authentication: RouterMiddleware {
    let access: Access

    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        if OpenPaths.contains(request) { return try await next(request, context) }
        var context = context
        let credential = try access.credential(request, context)
        context.credential = credential
        context.principal = credential.principal
        return try await next(request, context)
    }
}
