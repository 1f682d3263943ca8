import HTTPTypes
import Hummingbird
import JobModel

/// Keeps pages of other sites from using a person's browser to run commands
/// here: by a name that was pointed at this machine (DNS rebinding), or by
/// requests across origins.
struct AccessPolicy: RouterMiddleware {
    /// Origins whose pages may use the API: `https://app.example.org`.
    let allowedOrigins: Set<String>
    let hosts: ServedHosts

    func handle(
        _ request: Request, context: JobRequestContext,
        next: @concurrent (Request, JobRequestContext) async throws -> Response
    ) async throws -> Response {
        try RequestRules.check(request.head)
        var context = context
        context.client = ClientView(request, context)
        try checkHost(request, context)
        if let origin = request.headers[.origin] {
            let isListed = allowedOrigins.contains(origin)
            guard isListed || Self.isSame(origin, context.client) else {
                throw JobError(
                    .forbidden,
                    "Pages of \(origin) may not use this jobd. List that origin in cors_origins.")
            }
            if isListed, request.isPreflight { return Response(status: .noContent) }
            context.client.isOwnPage = true
        } else {
            try Self.checkSite(request)
            context.client.isOwnPage = request.headers[.fetchSite] == "same-origin"
        }
        return try await next(request, context)
    }

    private func checkHost(_ request: Request, _ context: JobRequestContext) throws(JobError) {
        // The first is the authority; RFC 9112 §3.2 wants an error for a second.
        guard !request.headers.contains(.host) else {
            throw JobError(.malformedRequest, "There is more than one Host header. Send one.")
        }
        let client = context.client
        // What uses the socket itself names anything; a browser comes by some relay.
        if case .process = context.peer, !client.isForwarded, !client.isBrowser { return }
        let local = context.channel.localAddress?.ipAddress
        guard let authority = client.authority, hosts.contains(authority, local: local) else {
            throw JobError(
                .misdirected,
                "jobd is not served under the name '\(client.authority ?? "")'. Use localhost or "
                    + "the address it listens on, or list that name in allowed_hosts.")
        }
    }

    /// Refuses what a page of another origin has a browser send without saying so in
    /// `Origin`, such as an image's address. To follow a link to the dashboard is no
    /// such thing.
    private static func checkSite(_ request: Request) throws(JobError) {
        guard let site = request.headers[.fetchSite], site != "same-origin", site != "none"
        else { return }
        let isLink =
            request.headers[.fetchMode] == "navigate"
            && request.headers[.fetchDestination] == "document"
            && request.uri.path == "/" && request.method == .get
        guard isLink else {
            throw JobError(
                .forbidden,
                "Pages of other origins may not use this jobd. List theirs in cors_origins.")
        }
    }

    private static func isSame(_ origin: String, _ client: ClientView) -> Bool {
        guard let authority = client.authority else { return false }
        return origin.lowercased() == "\(client.scheme)://\(authority.lowercased())"
    }
}

extension HTTPField.Name {
    static let host = known("Host")
}
