internal import CLinux

/// How an attempt ended, as its supervisor recorded it.
package struct JournalExit: Hashable, Sendable {
    /// Why the attempt ended.
    package enum Cause: Int32, Sendable {
        /// The command ended by itself.
        case exited = 0
        /// The daemon asked for it.
        case cancelled = 1
        /// The time limit was reached.
        case timeout = 2
        /// The output limit was reached.
        case outputLimit = 3
        /// The command could not be started.
        case unstartable = 4
        /// The supervisor was told to stop, as at the machine's shutdown.
        case shutdown = 5
        /// Neither output nor progress came for too long.
        case stalled = 6
    }

    /// What failed when the command could not be started.
    package enum Stage: Int32, Sendable {
        case none = 0
        /// Pipes, terminal, fork.
        case setup = 1
        /// Changing to the working directory.
        case cwd = 2
        /// Opening the input.
        case stdin = 3
        /// Executing the command.
        case exec = 4
        /// Entering the control group.
        case controlGroup = 5
        /// Setting a limit.
        case nice = 6
        case io = 7
        case memory = 8
        case cpu = 9
        case files = 10
        case processes = 11
        /// Becoming another user.
        case user = 12
    }

    package let cause: Cause
    /// The command's exit code; nil if a signal ended it or it never started.
    package let exitCode: Int32?
    /// The signal that ended the command.
    package let signal: Int32?
    /// What failed, when `cause` is `unstartable`.
    package let stage: Stage
    /// Why that failed: an errno.
    package let errorNumber: Int32
    /// Processor time of the command and all it started, in microseconds.
    package let userMicroseconds: UInt64
    package let systemMicroseconds: UInt64
    /// The memory of the largest of its processes.
    package let maxRSSBytes: UInt64
    /// How many of its processes could not be ended.
    package let survivors: UInt32
    /// Whether the kernel killed some because the attempt's memory was used up.
    package let isOutOfMemory: Bool

    /// Nil if these are not the bytes of an exit frame.
    package init?(payload: UnsafeRawBufferPointer) {
        guard payload.count == MemoryLayout<journal_exit>.size else { return nil }
        let record = payload.loadUnaligned(as: journal_exit.self)
        guard
            let cause = Cause(rawValue: record.cause), let stage = Stage(rawValue: record.stage)
        else { return nil }
        self.cause = cause
        self.stage = stage
        errorNumber = record.error_number
        userMicroseconds = record.user_us
        systemMicroseconds = record.system_us
        maxRSSBytes = record.max_rss_bytes
        survivors = record.survivors
        isOutOfMemory = record.flags & UInt32(JOURNAL_EXIT_OUT_OF_MEMORY) != 0
        // The encoding of wait(2): the low seven bits are the signal, the eight
        // above the flag for a core dump are the code.
        let signal = record.wait_status & 0x7f
        self.signal = signal == 0 ? nil : signal
        exitCode =
            signal == 0 && cause != .unstartable ? (record.wait_status >> 8) & 0xff : nil
    }

    /// Whether the command was never executed for a reason that may go away: too many
    /// processes, too little memory, a failing disk.
    package var isPassing: Bool {
        cause == .unstartable && Int(linux_trouble(errorNumber)) != LINUX_TROUBLE_FINAL
    }

    /// Processor time, the user's and the system's together; the most there can be
    /// when the record has more.
    package var cpuMicroseconds: UInt64 {
        let (sum, isTooMuch) = userMicroseconds.addingReportingOverflow(systemMicroseconds)
        return isTooMuch ? .max : sum
    }
}
