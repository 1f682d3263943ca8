public import JobAPI

extension Client {
    /// The definitions that may be started.
    public func definitions() async throws -> Received<DefinitionsResource> {
        try await resource(ClientRequest(target: "/definitions"))
    }

    /// One definition.
    public func definition(_ name: String) async throws -> Received<DefinitionResource> {
        try await resource(ClientRequest(target: "/definitions/\(PercentEncoding.encode(name))"))
    }
}
