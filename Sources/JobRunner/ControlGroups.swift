internal import CLinux
internal import Glibc
package import JobModel

/// The part of the tree of control groups (cgroups(7), version 2) that is this
/// daemon's: a group for the daemon with its supervisors, and one for the processes of
/// each attempt that has limits.
///
/// A group is never used again, and processes enter it by its `cgroup.procs`.
package struct ControlGroups: Sendable {
    /// The directory whose groups are the daemon's to make.
    let base: String
    /// What can be limited: `memory`, `pids`.
    let controllers: Set<String>

    /// Where the daemon and the supervisors are.
    private static let own = "daemon"
    /// What limits need.
    private static let wanted: Set<String> = ["memory", "pids"]

    init(base: String, controllers: Set<String>) {
        self.base = base
        self.controllers = controllers
    }

    /// Takes the group that this process is in: moves it into a leaf, so that others
    /// may be made beside (no process may be above a group that is limited).
    ///
    /// - Throws: `ControlGroupRefusal`; then all is as it was.
    package static func take() throws(ControlGroupRefusal) -> ControlGroups {
        let place = ControlGroupPlace(
            membership: try text(of: "/proc/self/cgroup"),
            mounts: try text(of: "/proc/self/mountinfo"))
        guard let directory = place?.directory else {
            throw ControlGroupRefusal(reason: "there are no control groups of version 2 here")
        }
        // Where an earlier life of this process has put it.
        let suffix = "/\(own)"
        return try take(
            directory.hasSuffix(suffix) ? String(directory.dropLast(suffix.count)) : directory)
    }

    /// The same for a group that is known.
    static func take(_ base: String) throws(ControlGroupRefusal) -> ControlGroups {
        // Only the root of all has no type, and that is nobody's to take.
        guard access("\(base)/cgroup.type", F_OK) == 0 else {
            throw ControlGroupRefusal(reason: "jobd is in no control group of its own")
        }
        let words = try text(of: "\(base)/cgroup.controllers").split { $0 == " " || $0 == "\n" }
        let controllers = wanted.intersection(words.map(String.init))
        guard !controllers.isEmpty else {
            throw ControlGroupRefusal(reason: "neither memory nor pids are given to \(base)")
        }
        let leaf = "\(base)/\(own)"
        if mkdir(leaf, 0o755) == -1, errno != EEXIST {
            throw ControlGroupRefusal(reason: "\(base) is not jobd's to change", code: errno)
        }
        let moved = linux_enter_control_group(leaf)
        if moved < 0 {
            rmdir(leaf)
            throw ControlGroupRefusal(reason: "\(leaf) cannot be entered", code: -moved)
        }
        let enabled = put(
            controllers.sorted().map { "+\($0)" }.joined(separator: " "),
            "\(base)/cgroup.subtree_control")
        if enabled < 0 {
            _ = linux_enter_control_group(base)
            rmdir(leaf)
            // EBUSY: somebody else is in it, too.
            throw ControlGroupRefusal(reason: "\(base) cannot be divided", code: -enabled)
        }
        return ControlGroups(base: base, controllers: controllers)
    }

    /// Makes the group of an attempt, with its limits.
    ///
    /// - Returns: nil when nothing of it can be limited that way.
    package func make(
        for attempt: AttemptID, _ limits: ResourceLimits
    ) throws(LaunchError) -> ControlGroup? {
        let settings = settings(for: limits)
        if settings.isEmpty { return nil }
        let directory = directory(of: attempt)
        // One that was made for a launch that never came.
        rmdir(directory)
        if mkdir(directory, 0o755) == -1 {
            throw LaunchError(operation: "make", path: directory, code: errno)
        }
        for setting in settings {
            let path = "\(directory)/\(setting.file)"
            let error = Self.put(setting.value, path)
            if error < 0, setting.isNeeded {
                rmdir(directory)
                throw LaunchError(operation: "write to", path: path, code: -error)
            }
        }
        return group(of: attempt, limits)
    }

    /// The group of an attempt with these limits.
    func group(of attempt: AttemptID, _ limits: ResourceLimits) -> ControlGroup {
        var beside = limits
        if controllers.contains("pids") { beside.processes = nil }
        return ControlGroup(directory: directory(of: attempt), limitsBeside: beside)
    }

    /// Sets the limits of an attempt's group again: who stopped the daemon may have
    /// taken them away to start the next one. Memory that was taken before no longer
    /// counts: the kernel has moved it to the group above and does not move it back
    /// (cgroups(7), Documentation/admin-guide/cgroup-v2.rst, "Memory Ownership").
    package func restore(_ attempt: AttemptID, _ limits: ResourceLimits) {
        for setting in settings(for: limits) {
            // It has ended, or never had a group.
            _ = Self.put(setting.value, "\(directory(of: attempt))/\(setting.file)")
        }
    }

    /// Removes the group of an attempt that has ended, if its supervisor could not.
    package func remove(_ attempt: AttemptID) {
        rmdir(directory(of: attempt))
    }

    /// Removes the groups that nobody is in: a daemon and its supervisors may have
    /// been killed together.
    package func removeEmpty() {
        guard let entries = opendir(base) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("job-") { rmdir("\(base)/\(name)") }
        }
    }

    /// Where the processes of an attempt are.
    func directory(of attempt: AttemptID) -> String {
        "\(base)/job-\(attempt.job)-\(attempt.number)"
    }

    /// What is written to a group's files.
    struct Setting: Hashable {
        var file: String
        var value: String
        /// Whether there is no limit without it.
        var isNeeded = true
    }

    /// What limits a group like this.
    func settings(for limits: ResourceLimits) -> [Setting] {
        var settings: [Setting] = []
        if let bytes = limits.memoryBytes, controllers.contains("memory") {
            settings = [
                Setting(file: "memory.max", value: "\(bytes)"),
                // Else it would take the disk instead; kernels without it have no file.
                Setting(file: "memory.swap.max", value: "0", isNeeded: false),
                // All of an attempt or nothing: half of it is of no use.
                Setting(file: "memory.oom.group", value: "1", isNeeded: false),
            ]
        }
        if let processes = limits.processes, controllers.contains("pids") {
            settings.append(Setting(file: "pids.max", value: "\(processes)"))
        }
        return settings
    }

    private static func put(_ text: String, _ path: String) -> Int32 {
        let file = Descriptor(linux_open(path, O_WRONLY, 0))
        if file.number < 0 { return file.number }
        let bytes = Array(text.utf8)
        return Int32(clamping: linux_write(file.number, bytes, bytes.count))
    }

    private static func text(of path: String) throws(ControlGroupRefusal) -> String {
        let file = Descriptor(linux_open(path, O_RDONLY, 0))
        if file.number < 0 {
            throw ControlGroupRefusal(reason: "\(path) cannot be read", code: -file.number)
        }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = linux_read(file.number, &part, part.count)
            if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += part[..<Int(count)]
        }
    }
}
