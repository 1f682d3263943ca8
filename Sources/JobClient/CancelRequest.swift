#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `POST /jobs/{id}/cancel` may be told.
struct CancelRequest: Encodable {
    var signal: String?
    var graceSeconds: Double?

    private enum CodingKeys: String, CodingKey {
        case signal
        case graceSeconds = "grace_seconds"
    }

    /// The request's body.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Array(try encoder.encode(self))
    }
}
