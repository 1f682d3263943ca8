import JobAPI

/// What `POST /jobs/{id}/cancel` may be told.
struct CancelRequest: WireRequest {
    var signal: String?
    var graceSeconds: Double?

    private enum CodingKeys: String, CodingKey {
        case signal
        case graceSeconds = "grace_seconds"
    }
}
