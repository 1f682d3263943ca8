package import JobModel

/// What `POST /jobs/{id}/signal` carries.
package struct SignalRequest: Hashable, Sendable {
    package var signal: Int32
    /// Whether it goes to all of the job's processes, or to the command only.
    package var isForTree: Bool

    /// - Throws: `malformed_request` or `invalid_spec`.
    package init(json: [UInt8]) throws(JobError) {
        var reader = try ObjectReader(json)
        let signal = reader.signal("signal")
        if reader.value("signal") == nil { reader.reject("signal", "is required: USR1, HUP, …") }
        isForTree = reader.bool("tree") ?? false
        try reader.finish()
        self.signal = signal ?? 0
    }
}
