internal import CLinux
internal import Glibc

/// What a lost attempt left running.
package enum Remnants {
    /// Rounds of looking and killing before those that do not die are left.
    private static let rounds = 50
    /// The pause between two rounds, in microseconds.
    private static let pause: Int64 = 2000

    /// The entry of a command's environment that is its attempt's alone.
    package static func mark(of directory: AttemptDirectory) -> String {
        "JOBD_PROGRESS=\(directory.progress)"
    }

    /// Sends SIGKILL to every process that was started with that very entry in
    /// its environment, until there is none, and returns how many there were.
    /// Blocks for as long as that takes, which is at most a tenth of a second
    /// when a process does not die.
    @discardableResult
    package static func kill(markedBy mark: String) -> Int {
        let mark = Array(mark.utf8)
        var killed: Set<Int32> = []
        for _ in 0..<rounds {
            let found = killOnce(mark)
            if found.isEmpty { break }
            killed.formUnion(found)
            linux_poll(nil, 0, pause)
        }
        return killed.count
    }

    private static func killOnce(_ mark: [UInt8]) -> [Int32] {
        guard let processes = opendir("/proc") else { return [] }
        defer { closedir(processes) }
        var found: [Int32] = []
        while let entry = readdir(processes) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let pid = Int32(name), pid != getpid() else { continue }
            // The process first, then its environment: should the pid be used
            // again in between, it is the old process that gets the signal.
            let process = Descriptor(linux_pidfd_open(pid))
            guard process.number >= 0, environment(of: pid, holds: mark) else { continue }
            if linux_pidfd_signal(process.number, SIGKILL) == 0 { found.append(pid) }
        }
        return found
    }

    private static func environment(of pid: Int32, holds mark: [UInt8]) -> Bool {
        let file = Descriptor(linux_open("/proc/\(pid)/environ", O_RDONLY, 0))
        if file.number < 0 { return false }
        var environment: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = linux_read(file.number, &part, part.count)
            if count <= 0 { break }
            environment += part[..<Int(count)]
        }
        return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
    }
}
