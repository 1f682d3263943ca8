#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A code that signs a browser in as whoever asked for it. It is good once.
public struct SignInCodeResource: WireResource, Hashable {
    /// What the browser sends.
    public var code: String
    /// Until when it is good.
    public var expiresAt: Date

    private enum CodingKeys: String, CodingKey {
        case code
        case expiresAt = "expires_at"
    }
}
