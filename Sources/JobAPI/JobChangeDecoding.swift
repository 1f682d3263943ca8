package import JobModel

extension JobChange {
    /// What `PATCH /jobs/{id}` carries. A `not_before` of null takes the time away;
    /// anything else that is null is as if it were absent.
    ///
    /// - Throws: `malformed_request` or `invalid_spec`.
    package init(json: [UInt8]) throws(JobError) {
        var reader = try ObjectReader(json)
        let time = reader.timestamp("not_before")
        var change = JobChange(
            priority: JobSpec.priority(&reader),
            queue: reader.string("queue", maximumBytes: 64),
            notBefore: reader.has("not_before") ? .some(time) : nil)
        if reader.value("labels") != nil { change.labels = JobSpec.labels(&reader) }
        for field in ["priority", "queue", "labels"]
        where reader.has(field) && reader.value(field) == nil {
            reader.reject(field, "must not be null")
        }
        try reader.finish()
        self = change
    }
}
