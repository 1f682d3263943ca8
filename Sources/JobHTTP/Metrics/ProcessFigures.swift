import Foundation
import Glibc

/// What the daemon itself uses of the machine, under the names that Prometheus'
/// own clients give it (prometheus.io/docs/instrumenting/writing_clientlibs,
/// "Process metrics").
struct ProcessFigures {
    /// User and system.
    private(set) var cpuSeconds = 0.0
    private(set) var residentBytes: Int64 = 0
    private(set) var virtualBytes: Int64 = 0
    /// Since 1970.
    private(set) var startSeconds = 0.0
    private(set) var openFiles = 0
    private(set) var maximumFiles: UInt64 = 0

    /// Reads it from proc(5). What cannot be read stays 0.
    init() {
        readStatus()
        // The one by which this is read is not counted.
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        openFiles = max((names?.count ?? 0) - 1, 0)
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            maximumFiles = UInt64(limit.rlim_cur)
        }
    }

    /// proc_pid_stat(5), whose fields are counted from 1 there: the third is the
    /// first after the name, which may hold anything but ends with the last `)`.
    private mutating func readStatus() {
        guard let text = Self.text("/proc/self/stat"), let end = text.lastIndex(of: ")")
        else { return }
        let fields = text[end...].dropFirst(2).split(separator: " ").map { Double($0) ?? 0 }
        guard fields.count > 21 else { return }
        let ticks = Double(max(sysconf(CInt(_SC_CLK_TCK)), 1))
        cpuSeconds = (fields[14 - 3] + fields[15 - 3]) / ticks
        virtualBytes = Int64(fields[23 - 3])
        residentBytes = Int64(fields[24 - 3]) * Int64(sysconf(CInt(_SC_PAGESIZE)))
        startSeconds = Self.bootSeconds() + fields[22 - 3] / ticks
    }

    /// When the machine started; proc_stat(5), `btime`.
    private static func bootSeconds() -> Double {
        for line in (text("/proc/stat") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "btime" { return Double(words[1]) ?? 0 }
        }
        return 0
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes all of it.
    func write(to text: inout MetricsText) {
        text.only(
            "process_cpu_seconds_total", .counter, "Processor time, user and system.", cpuSeconds)
        text.only(
            "process_resident_memory_bytes", .gauge, "Memory that is in use.", residentBytes)
        text.only(
            "process_virtual_memory_bytes", .gauge, "Address space that is taken.", virtualBytes)
        text.only("process_open_fds", .gauge, "Open file descriptors.", openFiles)
        text.only(
            "process_max_fds", .gauge, "How many file descriptors may be open.", maximumFiles)
        text.only(
            "process_start_time_seconds", .gauge, "When the daemon started, since 1970.",
            startSeconds)
    }
}
