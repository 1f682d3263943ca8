import HTTPTypes
import Hummingbird
import JobModel

/// Keeps pages of other sites from using a person's browser to run commands
/// here: by a name that was pointed at this machine (DNS rebinding), or by
/// requests across origins.
struct AccessPolicy: RouterMiddleware {
    /// Origins whose pages may use the API: `https://app.example.org`.
    let allowedOrigins: Set<String>

    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        if !context.isLocalSocket {
            guard let authority = context.origin.host, Self.isServed(authority) else {
                throw JobError(
                    .misdirected,
                    "jobd is not served under the name '\(context.origin.host ?? "")'. "
                        + "Use localhost or the address it listens on.")
            }
        }
        guard let origin = request.headers[.origin] else { return try await next(request, context) }
        if allowedOrigins.contains(origin) {
            return try await answer(origin, request, context, next)
        }
        guard Self.isSame(origin, context.origin) else {
            throw JobError(
                .forbidden,
                "Pages of \(origin) may not use this jobd. List that origin in cors_origins.")
        }
        return try await next(request, context)
    }

    /// What a listed origin gets (fetch.spec.whatwg.org §3.3).
    private func answer(
        _ origin: String, _ request: Request, _ context: JobRequestContext,
        _ next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
            response = Response(status: .noContent)
            response.headers[.accessControlAllowMethods] = "GET, POST, PUT, PATCH, DELETE"
            response.headers[.accessControlAllowHeaders] =
                "Content-Type, Idempotency-Key, Last-Event-ID"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            do {
                response = try await next(request, context)
            } catch let error as JobError {
                // The page may read what went wrong.
                response = .problem(error)
            }
            response.headers[.accessControlExposeHeaders] = "Location"
        }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.vary] = "Origin"
        return response
    }

    /// Whether a request's authority names this machine to itself. Names under
    /// `localhost` are never looked up (RFC 6761 §6.3).
    static func isServed(_ authority: String) -> Bool {
        let host = host(of: authority)
        if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func host(of authority: String) -> String {
        let lowercased = authority.lowercased()
        if lowercased.hasPrefix("["), let bracket = lowercased.firstIndex(of: "]") {
            return String(lowercased[...bracket])
        }
        return String(lowercased.prefix { $0 != ":" })
    }

    private static func isSame(_ origin: String, _ own: RequestOrigin) -> Bool {
        guard let host = own.host else { return false }
        return origin.lowercased() == "\(own.scheme)://\(host.lowercased())"
    }
}
