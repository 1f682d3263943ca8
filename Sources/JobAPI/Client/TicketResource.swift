#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What lets somebody without a token follow one job: for a browser, which cannot
/// send headers with an EventSource.
public struct TicketResource: WireResource, Hashable {
    /// The value of `ticket` in the query.
    public var ticket: String
    /// Until when it is good, any number of times.
    public var expiresAt: Date

    private enum CodingKeys: String, CodingKey {
        case ticket
        case expiresAt = "expires_at"
    }
}
