/// What a job has used of the machine.
public struct UsageResource: WireResource, Hashable {
    /// Processor time, user and system, of the command and all it started.
    public var cpuSeconds: Double?
    /// The largest resident size that one of its processes had.
    public var maxRSSBytes: Int64?
    /// What it wrote to standard output and error.
    public var outputBytes: Int64?

    private enum CodingKeys: String, CodingKey {
        case cpuSeconds = "cpu_seconds"
        case maxRSSBytes = "max_rss_bytes"
        case outputBytes = "output_bytes"
    }
}
