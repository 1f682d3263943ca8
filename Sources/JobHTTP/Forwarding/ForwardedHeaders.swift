import HTTPTypes
import Hummingbird
import Logging

/// Finds out from where a request comes and by which name, before anything depends
/// on it.
struct ForwardedHeaders: RouterMiddleware {
    /// Whose word is taken.
    let proxies: TrustedProxies

    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.origin = RequestOrigin(
            address: context.peer.address, isSecure: context.isSecure, host: request.head.authority
        ).forwarded(request.headers, by: proxies)
        context.logger.debug(
            "Request",
            metadata: [
                "from": "\(context.clientAddress)", "method": "\(request.method)",
                "path": "\(request.uri.path)",
            ])
        return try await next(request, context)
    }
}
