import JobAPI

/// What `POST /jobs/{id}/ticket` may be told.
struct TicketRequest: WireRequest {
    var expiresSeconds: Double?

    private enum CodingKeys: String, CodingKey {
        case expiresSeconds = "expires_seconds"
    }
}
