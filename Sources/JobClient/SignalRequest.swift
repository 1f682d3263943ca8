import JobAPI

/// What `POST /jobs/{id}/signal` is told.
struct SignalRequest: WireRequest {
    var signal: String
    var tree: Bool
}
