import HTTPTypes
import Hummingbird

/// Lets pages of listed origins read the answers, errors among them
/// (fetch.spec.whatwg.org §3.3).
struct CrossOrigin: RouterMiddleware {
    let allowedOrigins: Set<String>

    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if !allowedOrigins.isEmpty { response.headers[.vary] = "Origin" }
        guard let origin = request.headers[.origin], allowedOrigins.contains(origin) else {
            return response
        }
        response.headers[.accessControlAllowOrigin] = origin
        // The cookie too: it is a listed origin's pages that ask.
        response.headers[.accessControlAllowCredentials] = "true"
        if request.isPreflight {
            response.headers[.accessControlAllowMethods] = "GET, POST, PUT, PATCH, DELETE"
            response.headers[.accessControlAllowHeaders] =
                "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response.headers[.accessControlExposeHeaders] = "Location, Retry-After"
        }
        return response
    }
}

extension Request {
    /// Whether a browser asks whether it may send another.
    var isPreflight: Bool {
        method == .options && headers.contains(.origin)
            && headers.contains(.accessControlRequestMethod)
    }
}
