#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// An access token, without its secret: only who made it ever had that.
public struct TokenResource: WireResource, Hashable {
    /// Never used again.
    public var id: Int64
    /// What its bearer is called in jobs, events and the log.
    public var name: String
    /// What its bearer may do.
    public var role: RoleResource
    /// The definitions that its bearer may start; nil: it may run anything.
    public var definitions: [String]?
    /// When it was made.
    public var createdAt: Date
    /// When it stops being good; nil for never.
    public var expiresAt: Date?
    /// When somebody last came with it; nil for never.
    public var lastUsedAt: Date?

    private enum CodingKeys: String, CodingKey {
        case id, name, role, definitions
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case lastUsedAt = "last_used_at"
    }
}
