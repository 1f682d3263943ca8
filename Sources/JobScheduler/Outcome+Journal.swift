import Glibc
import JobModel
import Journal

extension Outcome {
    /// What a supervisor's exit record means for the job.
    ///
    /// - Parameters:
    ///   - time: when the record was written.
    ///   - outputBytes: how much the attempt had written.
    init(_ exit: JournalExit, spec: JobSpec, outputBytes: UInt64, time: Timestamp) {
        let usage = Usage(
            cpuMicroseconds: Int64(clamping: exit.cpuMicroseconds),
            maxRSSBytes: Int64(clamping: exit.maxRSSBytes),
            outputBytes: Int64(clamping: outputBytes))
        self.init(
            state: .failed, exitCode: exit.exitCode, signal: exit.signal, usage: usage, time: time)
        switch exit.cause {
        case .exited:
            if exit.exitCode == 0 {
                state = .succeeded
            } else if let code = exit.exitCode {
                failure = .exit
                error = "The command exited with \(code)."
            } else {
                failure = .signal
                error = "The command was ended by signal \(exit.signal ?? 0)."
            }
            if failure != nil, let reason = Self.exhaustion(exit, spec.limits) {
                error = (error ?? "") + " \(reason)"
            }
        case .cancelled:
            state = .cancelled
        case .timeout:
            failure = .timeout
            error =
                "The command ran longer than its timeout of "
                + "\(Double(spec.timeout ?? 0) / 1_000_000) seconds."
        case .stalled:
            failure = .stalled
            error =
                "The command neither wrote nor told progress for "
                + "\(Double(spec.stallTimeout ?? 0) / 1_000_000) seconds."
        case .outputLimit:
            failure = .outputLimit
            error = "The command wrote more than its limit of \(spec.outputLimitBytes) bytes."
        case .unstartable:
            failure = .unstartable
            error = Self.reason(exit, spec)
        case .shutdown:
            failure = .lost
            error = "The supervisor was told to stop, as when the machine shuts down."
        }
        if exit.survivors > 0, state == .failed {
            error = (error ?? "") + " \(exit.survivors) of its processes could not be ended."
        }
    }

    /// For an attempt whose supervisor left no record.
    static func lost(_ error: String, time: Timestamp) -> Outcome {
        Outcome(state: .failed, failure: .lost, error: error, time: time)
    }

    /// For an attempt that could not be launched.
    static func unstartable(_ error: String, time: Timestamp) -> Outcome {
        Outcome(state: .failed, failure: .unstartable, error: error, time: time)
    }

    private static func reason(_ exit: JournalExit, _ spec: JobSpec) -> String {
        if let refusal = refusal(exit, spec.limits) { return refusal }
        let cause = String(cString: strerror(exit.errorNumber))
        let program = RawText.shown(spec.command.argumentVector.first ?? "")
        switch exit.stage {
        case .cwd:
            let directory = spec.cwd.map { "'\(RawText.shown($0))'" } ?? "that is its user's home"
            return "Cannot change to the directory \(directory): \(cause)."
        case .stdin: return "Cannot give the command its input: \(cause)."
        case .exec:
            let hint =
                switch exit.errorNumber {
                case ENOENT where !program.contains("/"): " There is no such program in PATH."
                // execve(2): after a change of the user.
                case EAGAIN:
                    " There are as many processes of \(spec.runAs.map { "'\($0.user)'" } ?? "its user")"
                        + " as the limit on them (limits.processes, RLIMIT_NPROC) allows."
                default: ""
                }
            return "Cannot run '\(program)': \(cause).\(hint)"
        case .controlGroup: return "Cannot put the command into its control group: \(cause)."
        case .user:
            let user = spec.runAs.map { "'\($0.user)'" } ?? "the user of the setting run-as"
            return "Cannot run the command as \(user): \(cause)."
        case .none, .setup, .nice, .io, .memory, .cpu, .files, .processes:
            return "Cannot start the command: \(cause)."
        }
    }
}
