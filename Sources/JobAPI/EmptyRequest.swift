package import JobModel

/// The body of a request that has nothing to say.
package enum EmptyRequest {
    /// - Throws: `malformed_request`, or `invalid_spec` when it says something.
    package static func check(_ json: [UInt8]) throws(JobError) {
        guard !json.isEmpty else { return }
        var reader = try ObjectReader(json)
        try reader.finish()
    }
}
