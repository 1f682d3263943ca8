import JobAPI

/// What `POST /jobs/batch` is told.
struct BatchRequest: WireRequest {
    var jobs: [JobSubmission]
}
