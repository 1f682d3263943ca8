public import JobAPI

extension Client {
    /// Makes a code that signs a browser in as this client: once, and for a minute.
    public func makeSignInCode() async throws -> Received<SignInCodeResource> {
        try await resource(ClientRequest(method: "POST", target: "/session/code"))
    }

    /// Whether the daemon can do its work, and where it listens.
    public func readiness() async throws -> Received<ReadinessResource> {
        try await resource(ClientRequest(target: "/ready"))
    }
}
