internal import CLinux
internal import Glibc

/// Finds the supervisor of an attempt among the processes that there are.
///
/// An attempt's files can be removed, moved away or overwritten; a process is there
/// as long as it lives. Its arguments name the attempt's directory, and it belongs to
/// the daemon's own user, so that no job of another one can pass for it.
package enum SupervisorSearch {
    /// The pid of the supervisor that was started for a directory; nil if none lives.
    ///
    /// - Parameter supervisor: its program, of which the name counts: the program
    ///   may have been replaced since.
    package static func find(of directory: AttemptDirectory, supervisor: String) -> Int32? {
        all(supervisor: supervisor)[directory.path]
    }

    /// The pids of all supervisors that live, by the directories of their attempts.
    package static func all(supervisor: String) -> [String: Int32] {
        guard let processes = opendir("/proc") else { return [:] }
        defer { closedir(processes) }
        let name = lastComponent(Array(supervisor.utf8)[...])
        var found: [String: Int32] = [:]
        while let entry = readdir(processes) {
            let text = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let pid = Int32(text), isOwn(pid) else { continue }
            let words = arguments(of: pid)
            if words.count > 1, lastComponent(words[0]).elementsEqual(name) {
                found[String(decoding: words[1], as: UTF8.self)] = pid
            }
        }
        return found
    }

    private static func isOwn(_ pid: Int32) -> Bool {
        var status = stat()
        return stat("/proc/\(pid)", &status) == 0 && status.st_uid == geteuid()
    }

    private static func lastComponent(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        path[path.index(after: path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex - 1)...]
    }

    /// The first arguments of a process: proc_pid_cmdline(5).
    private static func arguments(of pid: Int32) -> [ArraySlice<UInt8>] {
        let file = Descriptor(linux_open("/proc/\(pid)/cmdline", O_RDONLY, 0))
        if file.number < 0 { return [] }
        var part = [UInt8](repeating: 0, count: 16_384)
        let count = linux_read(file.number, &part, part.count)
        guard count > 0 else { return [] }
        return part[..<Int(count)].split(
            separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    }
}
