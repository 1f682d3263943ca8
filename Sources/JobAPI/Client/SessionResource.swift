#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Who somebody is to the daemon.
public struct SessionResource: WireResource, Hashable {
    /// `user:1000`, `token:ci`, or `anyone` where nobody is asked.
    public var identity: String
    /// What they may do: `read`, `submit` or `admin`; more in newer daemons.
    public var role: String
    /// The only definitions that they may start; nil: they may run anything.
    public var definitions: [String]?
    /// Until when; nil when there is no end to it.
    public var expiresAt: Date?

    private enum CodingKeys: String, CodingKey {
        case identity, role, definitions
        case expiresAt = "expires_at"
    }
}
