import Glibc
import JobModel
import Journal

/// What limits have to do with an attempt's end.
extension Outcome {
    /// That a limit ended the command, in a sentence; nil if none did, as far as can
    /// be told.
    static func exhaustion(_ exit: JournalExit, _ limits: ResourceLimits) -> String? {
        if exit.isOutOfMemory, let bytes = limits.memoryBytes {
            return "Its processes needed more than their \(bytes) bytes of memory."
        }
        guard let seconds = limits.cpuSeconds else { return nil }
        // A shell exits with 128 and the number of the signal that ended what it ran.
        let isTold = exit.signal == SIGXCPU || exit.exitCode == 128 + SIGXCPU
        // Who ignores that signal is killed some time later.
        let isKilled = exit.signal == SIGKILL || exit.exitCode == 128 + SIGKILL
        let used = exit.cpuMicroseconds / 1_000_000
        guard isTold || (isKilled && used > UInt64(seconds)) else { return nil }
        return "The processor time limit of \(seconds) seconds was used up."
    }

    /// Why the command could not be confined as it was to be; nil if `exit` is about
    /// something else.
    static func refusal(_ exit: JournalExit, _ limits: ResourceLimits) -> String? {
        func text(_ field: String, _ value: Any?, _ hint: String) -> String {
            let cause = String(cString: strerror(exit.errorNumber))
            let hint = [EPERM, EACCES].contains(exit.errorNumber) ? " \(hint)" : ""
            return "Cannot set limits.\(field) to \(value ?? "that"): \(cause).\(hint)"
        }
        let higher = "That is more than jobd itself may have."
        switch exit.stage {
        case .nice:
            return text("nice", limits.nice, "Only root may be put before others.")
        case .io: return text("io", limits.io?.rawValue, "jobd may not do that.")
        case .memory: return text("memory_bytes", limits.memoryBytes, higher)
        case .cpu: return text("cpu_seconds", limits.cpuSeconds, higher)
        case .files: return text("open_files", limits.openFiles, higher)
        case .processes: return text("processes", limits.processes, higher)
        case .none, .setup, .cwd, .stdin, .exec, .controlGroup, .user: return nil
        }
    }
}
