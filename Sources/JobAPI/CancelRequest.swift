package import JobModel

/// What `POST /jobs/{id}/cancel` may carry.
package struct CancelRequest: Hashable, Sendable {
    /// The signal to begin with; nil means TERM.
    package var signal: Int32?
    /// Microseconds until KILL; nil means what the job's spec says.
    package var grace: Int64?

    /// - Throws: `malformed_request` or `invalid_spec`. An empty body asks for
    ///   the defaults.
    package init(json: [UInt8]) throws(JobError) {
        guard !json.isEmpty else { return }
        var reader = try ObjectReader(json)
        signal = reader.signal("signal")
        grace = reader.seconds("grace_seconds", in: 0...86_400)
        try reader.finish()
    }
}

extension ObjectReader {
    /// A signal, by name or number.
    mutating func signal(_ field: String) -> Int32? {
        switch value(field) {
        case .none: return nil
        case .string(let name):
            if let number = SignalName.number(of: name) { return number }
        case .integer(let number) where (1...64).contains(number): return Int32(number)
        case .some: break
        }
        reject(field, "must be a signal's name, such as TERM, INT or KILL")
        return nil
    }
}
