#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Whom the daemon takes the caller for.
public struct SessionResource: WireResource, Hashable {
    /// As in jobs and events: `user:1000`, `token:ci`, `anyone`.
    public var identity: String
    /// What the caller may do.
    public var role: RoleResource
    /// The definitions that the caller may start; nil: it may run anything.
    public var definitions: [String]?
    /// Until when that holds; nil for ever.
    public var expiresAt: Date?

    private enum CodingKeys: String, CodingKey {
        case identity, role, definitions
        case expiresAt = "expires_at"
    }
}
