import CLinux

/// How the attempt ends, as far as is known.
struct Ending {
    /// One of JOURNAL_CAUSE_…; nil while nothing has happened.
    private(set) var cause: Int?
    /// The command's status, as wait(2) gives it.
    private(set) var waitStatus: Int32 = 0
    private var failure = StartFailure(stage: Int32(JOURNAL_STAGE_NONE), error: 0)

    /// The first cause is the one that counts.
    mutating func note(_ cause: Int) {
        if self.cause == nil { self.cause = cause }
    }

    /// Output was cut off. That counts even when the command's end was noticed
    /// before the last of its output: what it did is not all there.
    mutating func noteOutputLimit() {
        if cause == nil || cause == JOURNAL_CAUSE_EXITED { cause = JOURNAL_CAUSE_OUTPUT_LIMIT }
    }

    /// The command has ended.
    mutating func note(waitStatus: Int32) {
        note(JOURNAL_CAUSE_EXITED)
        self.waitStatus = waitStatus
    }

    /// The command could not be started.
    mutating func note(_ failure: StartFailure) {
        if cause == nil { self.failure = failure }
        note(JOURNAL_CAUSE_UNSTARTABLE)
    }

    /// The journal's last record. To be made when all processes are reaped.
    func record(survivors: UInt32, isOutOfMemory: Bool) -> journal_exit {
        let usage = linux_usage_of_children()
        return journal_exit(
            cause: Int32(cause ?? JOURNAL_CAUSE_EXITED), wait_status: waitStatus,
            stage: failure.stage, error_number: failure.error, user_us: usage.user_us,
            system_us: usage.system_us, max_rss_bytes: usage.max_rss_bytes,
            survivors: survivors,
            flags: isOutOfMemory ? UInt32(JOURNAL_EXIT_OUT_OF_MEMORY) : 0)
    }
}
