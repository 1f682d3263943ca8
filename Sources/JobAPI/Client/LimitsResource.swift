/// How much of the machine a job's attempts may use; what is nil is not limited.
public struct LimitsResource: WireResource, Codable, Hashable {
    /// Bytes of memory: of each process, and of all together where the daemon has a
    /// control group to make its own in.
    public var memoryBytes: Int64?
    /// Seconds of processor time of each process.
    public var cpuSeconds: Int64?
    /// Files that each process may have open.
    public var openFiles: Int64?
    /// Processes of the user that it runs as, and of the attempt where the daemon has
    /// a control group to make its own in.
    public var processes: Int64?
    /// How far it stands back from others for the processor: -20 to 19.
    public var nice: Int?
    /// Its turn at the disks: `idle`, `low` or `normal`.
    public var io: String?

    private enum CodingKeys: String, CodingKey {
        case memoryBytes = "memory_bytes"
        case cpuSeconds = "cpu_seconds"
        case openFiles = "open_files"
        case processes, nice, io
    }

    /// Limits nothing.
    public init() {}

    /// Whether nothing is limited.
    public var isEmpty: Bool { self == LimitsResource() }
}
