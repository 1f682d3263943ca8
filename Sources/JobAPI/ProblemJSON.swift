package import JobModel

extension JobError.Code {
    /// The one table of HTTP status codes.
    package var status: Int {
        switch self {
        case .malformedRequest, .invalidParameter: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound, .jobNotFound, .queueNotFound, .outputNotFound, .definitionNotFound,
            .tokenNotFound:
            404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .requestTimeout: 408
        case .conflict, .idempotencyConflict: 409
        case .payloadTooLarge: 413
        case .uriTooLong: 414
        case .unsupportedMediaType: 415
        case .rangeNotSatisfiable: 416
        case .misdirected: 421
        case .invalidSpec: 422
        case .tooManyRequests: 429
        case .headersTooLarge: 431
        case .internalError: 500
        case .unavailable: 503
        case .storageFull: 507
        }
    }

    /// What stays the same from one occurrence to the next (RFC 9457 §3.1.3).
    package var title: String {
        switch self {
        case .malformedRequest: "Malformed request"
        case .unauthorized: "Sign in first"
        case .forbidden: "Not allowed"
        case .tooManyRequests: "Too many requests"
        case .definitionNotFound: "No such definition"
        case .tokenNotFound: "No such token"
        case .uriTooLong: "Address too long"
        case .headersTooLarge: "Header too large"
        case .requestTimeout: "Request too slow"
        case .notFound: "Not found"
        case .jobNotFound: "No such job"
        case .queueNotFound: "No such queue"
        case .outputNotFound: "No such output"
        case .methodNotAllowed: "Method not allowed"
        case .notAcceptable: "Not available in that form"
        case .conflict: "Not possible now"
        case .idempotencyConflict: "Key used for another request"
        case .payloadTooLarge: "Too large"
        case .unsupportedMediaType: "Unsupported media type"
        case .rangeNotSatisfiable: "Range not satisfiable"
        case .misdirected: "Not served under that name"
        case .invalidSpec: "Invalid job"
        case .invalidParameter: "Invalid parameter"
        case .internalError: "Internal error"
        case .unavailable: "Not available now"
        case .storageFull: "Disk full"
        }
    }
}

extension JSONWriter {
    /// A problem's body, `application/problem+json` (RFC 9457).
    package mutating func value(problem error: JobError) {
        object { json in
            json.member("type", "urn:jobd:problem:\(error.code.rawValue)")
            json.member("title", error.code.title)
            json.member("status", error.code.status)
            json.member("detail", error.message)
            json.member("code", error.code.rawValue)
            if !error.fields.isEmpty {
                json.key("errors")
                json.array { array in
                    for field in error.fields {
                        array.object {
                            $0.member("field", field.field)
                            $0.member("message", field.message)
                        }
                    }
                }
            }
        }
    }
}
