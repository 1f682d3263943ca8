package import JobModel

/// What `POST /session` carries: how somebody proves who they are. It cannot be
/// printed.
package enum SessionRequest: Sendable, CustomStringConvertible {
    case token(String)
    /// From `POST /session/code`.
    case code(String)

    /// - Throws: `malformed_request` or `invalid_spec`.
    package init(json: [UInt8]) throws(JobError) {
        var reader = try ObjectReader(json)
        let token = reader.string("token", maximumBytes: 1 << 10)
        let code = reader.string("code", maximumBytes: 1 << 10)
        if reader.errors.isEmpty, (token == nil) == (code == nil) {
            reader.reject("token", "or code is required, one of them")
        }
        try reader.finish()
        self = if let token { .token(token) } else { .code(code ?? "") }
    }

    package var description: String { "***" }
}
