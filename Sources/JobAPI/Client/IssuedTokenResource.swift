/// A token that was just made, with its secret: the only time it is told.
public struct IssuedTokenResource: WireResource, Hashable {
    /// What there is to know of it.
    public var description: TokenResource
    /// What its bearer sends.
    public var token: String

    private enum CodingKeys: String, CodingKey {
        case token
    }

    /// Reads a token's document with a member more.
    public init(from decoder: any Decoder) throws {
        description = try TokenResource(from: decoder)
        token = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .token)
    }
}
