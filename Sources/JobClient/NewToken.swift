public import JobAPI

/// A token that is to be made.
public struct NewToken: WireRequest, Hashable {
    /// What its bearer is to be called; no other token may have that name.
    public var name: String
    /// What its bearer may do.
    public var role: RoleResource
    /// The definitions that its bearer may start; nil: it may run anything.
    public var definitions: [String]?
    /// How long it is good for, in seconds; nil for ever.
    public var expiresSeconds: Double?

    private enum CodingKeys: String, CodingKey {
        case name, role, definitions
        case expiresSeconds = "expires_seconds"
    }

    /// A token of these.
    public init(
        name: String, role: RoleResource, definitions: [String]? = nil,
        expiresSeconds: Double? = nil
    ) {
        self.name = name
        self.role = role
        self.definitions = definitions
        self.expiresSeconds = expiresSeconds
    }
}
