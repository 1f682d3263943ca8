import HTTPTypes
import Hummingbird
import JobModel

/// Why somebody is not let in, with what a client must hear of it in headers.
struct AccessRefusal: Error {
    let error: JobError
    var headers: HTTPFields = [:]

    init(_ code: JobError.Code, _ message: String) {
        error = JobError(code, message)
    }

    /// What was shown is not good: RFC 6750 §3.1.
    static func badCredential(_ message: String) -> Self {
        var refusal = Self(.unauthorized, message)
        refusal.headers[.wwwAuthenticate] = #"Bearer realm="jobd", error="invalid_token""#
        return refusal
    }

    /// It was tried too often.
    static func tooMany(retryAfter seconds: Int) -> Self {
        var refusal = Self(
            .tooManyRequests,
            "Too many wrong tokens came from your address. Try again in \(seconds) s.")
        refusal.headers[.retryAfter] = String(seconds)
        return refusal
    }
}
