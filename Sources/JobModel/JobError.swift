/// A failure that somebody outside is told about.
package struct JobError: Error, Sendable, CustomStringConvertible {
    /// A stable word for programs.
    package var code: Code
    /// A sentence for people that says what to do.
    package var message: String
    /// What is wrong with which field of a request, all of it at once.
    package var fields: [FieldError]

    /// What went wrong, in one stable word; the contract's `code`.
    package enum Code: String, CaseIterable, Sendable {
        case malformedRequest = "malformed_request"
        case unauthorized
        case forbidden
        case tooManyRequests = "too_many_requests"
        case definitionNotFound = "definition_not_found"
        case tokenNotFound = "token_not_found"
        case uriTooLong = "uri_too_long"
        case headersTooLarge = "headers_too_large"
        case requestTimeout = "request_timeout"
        case notFound = "not_found"
        case jobNotFound = "job_not_found"
        case queueNotFound = "queue_not_found"
        case outputNotFound = "output_not_found"
        case methodNotAllowed = "method_not_allowed"
        case notAcceptable = "not_acceptable"
        case conflict
        case idempotencyConflict = "idempotency_conflict"
        case payloadTooLarge = "payload_too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case rangeNotSatisfiable = "range_not_satisfiable"
        case misdirected
        case invalidSpec = "invalid_spec"
        case invalidParameter = "invalid_parameter"
        case internalError = "internal_error"
        case unavailable
        case storageFull = "storage_full"
    }

    package init(_ code: Code, _ message: String, fields: [FieldError] = []) {
        self.code = code
        self.message = message
        self.fields = fields
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

/// What is wrong with one field of a request.
package struct FieldError: Hashable, Sendable {
    package var field: String
    package var message: String

    package init(field: String, message: String) {
        self.field = field
        self.message = message
    }
}
