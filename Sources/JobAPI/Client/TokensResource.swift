/// All access tokens that were not revoked.
public struct TokensResource: WireResource, Hashable {
    /// The tokens.
    public var tokens: [TokenResource]
}
