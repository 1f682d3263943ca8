/// Several of the daemon's documents as one.
enum JobsDocument {
    /// `{"jobs": […]}`, each job as the daemon wrote it, but for the line end.
    ///
    /// - Parameter kind: What they are, if they are no jobs.
    static func json(_ documents: [[UInt8]], of kind: String = "jobs") -> [UInt8] {
        let parts = documents.map { JSONText.trim($0[...]) }
        return Array("{\"\(kind)\":[".utf8) + parts.joined(separator: [UInt8(ascii: ",")])
            + Array("]}".utf8)
    }

    /// `{"reset": …}`, the line that the daemon's own line format has in this
    /// place.
    static func reset(_ job: [UInt8]) -> [UInt8] {
        Array("{\"reset\":".utf8) + JSONText.trim(job[...]) + Array("}".utf8)
    }
}
