/// Where a process is in the tree of control groups of version 2.
struct ControlGroupPlace {
    /// The directory of its group.
    let directory: String

    /// - Parameters:
    ///   - membership: `/proc/PID/cgroup`, as cgroups(7) describes it.
    ///   - mounts: `/proc/PID/mountinfo`, as proc_pid_mountinfo(5) describes it.
    /// - Returns: nil when it is in none, or that cannot be seen from here.
    init?(membership: String, mounts: String) {
        let prefix = "0::"
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix(prefix) })
        else { return nil }
        let group = String(line.dropFirst(prefix.count))
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            // Any number of optional fields, a dash, and the file system's type.
            guard let dash = words.firstIndex(of: "-"), words.count > dash + 1, dash >= 6,
                words[dash + 1] == "cgroup2"
            else { continue }
            let root = Self.unescaped(words[3])
            let rest: Substring
            if root == "/" {
                rest = group[...]
            } else if group == root || group.hasPrefix(root + "/") {
                rest = group.dropFirst(root.count)
            } else {
                continue
            }
            directory = Self.unescaped(words[4]) + (rest == "/" ? "" : rest)
            return
        }
        return nil
    }

    /// Spaces and the like are written there as `\040`.
    private static func unescaped(_ word: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.count == 3, let code = UInt8(digits, radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
