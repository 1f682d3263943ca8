/// Several of the daemon's documents as one.
enum JobsDocument {
    /// `{"jobs": […]}`, each job as the daemon wrote it.
    static func json(_ jobs: [[UInt8]]) -> [UInt8] {
        Array("{\"jobs\":[".utf8) + jobs.joined(separator: [UInt8(ascii: ",")])
            + Array("]}".utf8)
    }
}
