import JobAPI

/// What jobctl exits with.
enum ExitStatus {
    /// Something did not succeed.
    static let failed: Int32 = 1
    /// The job ran longer than it may; as timeout(1).
    static let timedOut: Int32 = 124
    /// `run` could not do its part, the daemon did not do its own, or the job was
    /// lost; as env(1) and timeout(1) for their own failures.
    static let ownTrouble: Int32 = 125
    /// The command was there but could not be started; as env(1).
    static let unstartable: Int32 = 126
    /// There is no such command; as env(1).
    static let commandNotFound: Int32 = 127
    /// Added to the number of a signal that ended something; as sh(1).
    static let signalBase: Int32 = 128
    /// Cancelled or interrupted: what a shell says after Ctrl-C.
    static let interrupted: Int32 = 130
    /// Wrong usage; EX_USAGE of sysexits.h.
    static let usage: Int32 = 64
    /// No daemon; EX_UNAVAILABLE.
    static let noDaemon: Int32 = 69
    /// Not allowed; EX_NOPERM.
    static let notAllowed: Int32 = 77

    /// What `run` exits with after this job.
    static func of(_ job: JobResource) -> Int32 {
        switch job.state {
        case .succeeded: return 0
        case .cancelled: return interrupted
        default: break
        }
        switch job.failure {
        case JobResource.Failure.timeout?, JobResource.Failure.stalled?: return timedOut
        case JobResource.Failure.lost?: return ownTrouble
        case JobResource.Failure.unstartable?:
            if let exit = job.exitCode, exit != 0 { return code(exit) }
            return isCommandMissing(job.error ?? "") ? commandNotFound : unstartable
        default:
            if let exit = job.exitCode, exit != 0 { return code(exit) }
            if let signal = job.signal { return signalBase + code(signal) }
            return failed
        }
    }

    /// Whether the daemon says that it was the command that was not there, and
    /// not its directory or its input: only words tell.
    private static func isCommandMissing(_ error: String) -> Bool {
        let words = error.lowercased()
        return words.contains("no such program")
            || words.hasPrefix("cannot run") && words.contains("no such file or directory")
    }

    /// An exit status is eight bits wide.
    private static func code(_ number: Int) -> Int32 {
        Int32(truncatingIfNeeded: number & 0xFF)
    }
}
