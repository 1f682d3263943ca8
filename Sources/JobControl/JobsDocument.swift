/// Several of the daemon's documents as one.
enum JobsDocument {
    /// `{"jobs": […]}`, each job as the daemon wrote it, but for the line end.
    static func json(_ jobs: [[UInt8]]) -> [UInt8] {
        let parts = jobs.map { JSONText.trim($0[...]) }
        return Array("{\"jobs\":[".utf8) + parts.joined(separator: [UInt8(ascii: ",")])
            + Array("]}".utf8)
    }

    /// `{"reset": …}`, the line that the daemon's own line format has in this
    /// place.
    static func reset(_ job: [UInt8]) -> [UInt8] {
        Array("{\"reset\":".utf8) + JSONText.trim(job[...]) + Array("}".utf8)
    }
}
