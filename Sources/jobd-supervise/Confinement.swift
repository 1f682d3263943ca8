import CLinux

/// What the command may use of the machine, and as whom it runs.
struct Confinement {
    /// RLIMIT_DATA, RLIMIT_CPU, RLIMIT_NOFILE and RLIMIT_NPROC of setrlimit(2).
    var memory: Int64?
    var cpuSeconds: Int64?
    var openFiles: Int64?
    var processes: Int64?
    /// Of setpriority(2).
    var nice: Int64?
    /// Of ioprio_set(2), its class and its data together.
    var ioPriority: Int64?
    /// The directory of the control group it is to be in.
    var controlGroup: UnsafePointer<CChar>?
    /// As whom it runs; nil: as this process.
    var user: Credentials?

    /// Puts this process into its control group.
    ///
    /// - Returns: why that failed.
    func enterControlGroup() -> StartFailure? {
        guard let controlGroup else { return nil }
        // The attempt's processes only: if these take too much memory, it is not the
        // supervisor that goes.
        let error = linux_enter_control_group(controlGroup)
        return error < 0 ? Self.failure(JOURNAL_STAGE_CONTROL_GROUP, error) : nil
    }

    /// Limits this process.
    ///
    /// - Parameter grace: how long it may ignore SIGXCPU, in microseconds.
    /// - Returns: what could not be done.
    func limit(grace: Int64) -> StartFailure? {
        if let nice {
            let error = linux_set_nice(Int32(nice))
            if error < 0 { return Self.failure(JOURNAL_STAGE_NICE, error) }
        }
        if let ioPriority {
            let error = linux_set_io_priority(Int32(ioPriority))
            if error < 0 { return Self.failure(JOURNAL_STAGE_IO, error) }
        }
        if let memory {
            let error = linux_limit_memory(UInt64(memory))
            if error < 0 { return Self.failure(JOURNAL_STAGE_MEMORY, error) }
        }
        if let cpuSeconds {
            let error = linux_limit_cpu(UInt64(cpuSeconds), UInt64(max(grace / 1_000_000, 1)))
            if error < 0 { return Self.failure(JOURNAL_STAGE_CPU, error) }
        }
        if let openFiles {
            let error = linux_limit_files(UInt64(openFiles))
            if error < 0 { return Self.failure(JOURNAL_STAGE_FILES, error) }
        }
        if let processes {
            let error = linux_limit_processes(UInt64(processes))
            if error < 0 { return Self.failure(JOURNAL_STAGE_PROCESSES, error) }
        }
        return nil
    }

    /// Becomes the user, for good.
    ///
    /// - Returns: why that failed.
    func becomeUser() -> StartFailure? {
        guard let user else { return nil }
        let error = user.groups.withUnsafeBufferPointer { groups in
            linux_become(user.user, user.group, groups.baseAddress, groups.count)
        }
        return error < 0 ? Self.failure(JOURNAL_STAGE_USER, error) : nil
    }

    /// Removes the control group, when nothing is in it any more.
    ///
    /// - Returns: whether memory was short in it, so that processes were killed.
    func closeControlGroup() -> Bool {
        guard let controlGroup else { return false }
        let kills = linux_control_group_count(controlGroup, "memory.events", "oom_kill")
        _ = linux_remove_directory(controlGroup)
        return kills > 0
    }

    private static func failure(_ stage: Int, _ error: Int32) -> StartFailure {
        StartFailure(stage: Int32(stage), error: -error)
    }
}
