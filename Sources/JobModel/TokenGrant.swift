/// What a token is asked to be.
package struct TokenGrant: Hashable, Sendable {
    /// Different from all others'.
    package var name: String
    package var role: Role
    /// The definitions that it may start; nil: it may run anything.
    package var definitions: Set<String>?
    /// nil: it does not expire.
    package var expiresAt: Timestamp?

    /// The token that the daemon makes by itself.
    package static let first = TokenGrant(name: "first", role: .admin)

    package init(
        name: String, role: Role, definitions: Set<String>? = nil, expiresAt: Timestamp? = nil
    ) {
        self.name = name
        self.role = role
        self.definitions = definitions
        self.expiresAt = expiresAt
    }
}
