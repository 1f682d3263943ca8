public import JobAPI

extension Client {
    /// All tokens that were not revoked. For admins.
    public func tokens() async throws -> Received<TokensResource> {
        try await resource(ClientRequest(target: "/tokens"))
    }

    /// Makes a token. Its secret is in the answer and nowhere else. For admins.
    ///
    /// - Throws: `ClientError.problem` with `conflict` when there is a token of
    ///   that name.
    public func createToken(_ token: NewToken) async throws -> Received<IssuedTokenResource> {
        try await resource(
            ClientRequest(method: "POST", target: "/tokens", body: token.encoded()))
    }

    /// Revokes the token of that name: whoever comes with it is refused from now
    /// on. For admins.
    public func revokeToken(_ name: String) async throws {
        let target = "/tokens/\(PercentEncoding.encode(name))"
        _ = try await document(ClientRequest(method: "DELETE", target: target))
    }

    /// Whom the daemon takes this client for.
    public func session() async throws -> Received<SessionResource> {
        try await resource(ClientRequest(target: "/session"))
    }

    /// A ticket with which a browser can follow one job's progress and output.
    ///
    /// - Parameter expiresSeconds: How long it is good for; nil leaves that to the
    ///   daemon.
    public func ticket(
        for id: Int64, expiresSeconds: Double? = nil
    ) async throws -> Received<TicketResource> {
        let body = try TicketRequest(expiresSeconds: expiresSeconds).encoded()
        return try await resource(
            ClientRequest(method: "POST", target: "/jobs/\(id)/ticket", body: body))
    }
}
