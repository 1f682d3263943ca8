package import JobModel

/// What `POST /jobs/{id}/ticket` may carry: how long the ticket is to be good.
package struct TicketRequest: Hashable, Sendable {
    /// In microseconds; nil: as long as is usual.
    package var lifetime: Int64?

    /// The longest a ticket may be good, in seconds: 30 days.
    package static let maximumSeconds = 2_592_000.0

    /// - Throws: `malformed_request` or `invalid_spec`.
    package init(json: [UInt8]) throws(JobError) {
        guard !json.isEmpty else { return }
        var reader = try ObjectReader(json)
        lifetime = reader.seconds("expires_seconds", in: 1...Self.maximumSeconds)
        try reader.finish()
    }
}
