internal import CLinux
package import JobModel

/// What an attempt is started with.
package struct LaunchSpec: Sendable {
    /// Where its journal goes.
    package var directory: AttemptDirectory
    /// The command and its arguments; at least one word. A command without a
    /// slash is looked for along the environment's PATH.
    package var arguments: [String]
    /// The command's whole environment.
    package var environment: [String: String]
    /// Variables of it whose values are masked in what the command writes.
    package var maskedVariables: [String]
    /// Where the command is started; nil: where the daemon is.
    package var cwd: String?
    /// Whether it gets a pseudo-terminal, of 120 columns and 40 lines, instead of
    /// pipes.
    package var usesTerminal: Bool
    /// What it reads; nil: see `input`.
    package var stdin: [UInt8]?
    /// Without `stdin`: the path of a file that grows, which need not be there
    /// yet. The command's input stays open, and `AttemptControl.input` says how
    /// much of the file is passed on and when that is all. nil: the command reads
    /// nothing.
    package var input: String?
    /// After how long it is torn down, not counting the time it is paused; nil:
    /// never.
    package var timeoutMicroseconds: Int64?
    /// For how long it may neither write output nor tell progress before it is
    /// torn down, not counting the time it is paused or waits for room on the
    /// journal's disk; nil: for ever.
    package var stallTimeoutMicroseconds: Int64?
    /// How long a teardown waits between the first signal and SIGKILL.
    package var graceMicroseconds: Int64
    /// How many bytes of output are kept before it is torn down; nil: no limit.
    package var outputLimitBytes: Int64?
    /// What it may use of the machine.
    package var limits: ResourceLimits
    /// The directory of the control group that its processes are to be in.
    package var controlGroup: String?
    /// As whom it runs; nil: as this process.
    package var account: Account?

    package init(
        directory: AttemptDirectory, arguments: [String], environment: [String: String] = [:],
        maskedVariables: [String] = [], cwd: String? = nil, usesTerminal: Bool = false,
        stdin: [UInt8]? = nil, input: String? = nil, timeoutMicroseconds: Int64? = nil,
        stallTimeoutMicroseconds: Int64? = nil, graceMicroseconds: Int64 = 10_000_000,
        outputLimitBytes: Int64? = nil, limits: ResourceLimits = ResourceLimits(),
        controlGroup: String? = nil, account: Account? = nil
    ) {
        self.directory = directory
        self.arguments = arguments
        self.environment = environment
        self.maskedVariables = maskedVariables
        self.cwd = cwd
        self.usesTerminal = usesTerminal
        self.stdin = stdin
        self.input = input
        self.timeoutMicroseconds = timeoutMicroseconds
        self.stallTimeoutMicroseconds = stallTimeoutMicroseconds
        self.graceMicroseconds = graceMicroseconds
        self.outputLimitBytes = outputLimitBytes
        self.limits = limits
        self.controlGroup = controlGroup
        self.account = account
    }

    /// The supervisor's arguments, its own name first.
    func supervisorArguments(_ supervisor: String) -> [String] {
        var words = [supervisor, directory.path]
        if let cwd { words += ["--cwd", cwd] }
        if usesTerminal { words.append("--tty") }
        if stdin != nil {
            words.append("--stdin")
        } else if let input {
            words += ["--input", input]
        }
        if let timeoutMicroseconds { words += ["--timeout-us", "\(timeoutMicroseconds)"] }
        if let stallTimeoutMicroseconds { words += ["--stall-us", "\(stallTimeoutMicroseconds)"] }
        words += ["--grace-us", "\(graceMicroseconds)"]
        if let outputLimitBytes { words += ["--output-limit", "\(outputLimitBytes)"] }
        let openFiles = linux_former_open_files()
        if openFiles > 0 { words += ["--former-open-files", "\(openFiles)"] }
        words += confinement
        for name in maskedVariables { words += ["--mask", name] }
        return words + ["--"] + arguments
    }

    private var confinement: [String] {
        var words: [String] = []
        if let bytes = limits.memoryBytes { words += ["--memory", "\(bytes)"] }
        if let seconds = limits.cpuSeconds { words += ["--cpu-seconds", "\(seconds)"] }
        if let files = limits.openFiles { words += ["--open-files", "\(files)"] }
        if let processes = limits.processes { words += ["--processes", "\(processes)"] }
        if let nice = limits.nice { words += ["--nice", "\(nice)"] }
        if let io = limits.io { words += ["--io-priority", "\(Self.priority(io))"] }
        if let controlGroup { words += ["--cgroup", controlGroup] }
        if let account {
            let groups = account.groups.map(String.init).joined(separator: ",")
            words += ["--user", "\(account.user):\(account.group):\(groups)"]
        }
        return words
    }

    /// ioprio_set(2): the class, above 13 bits for the place in it, of which there are
    /// 8 and the middle is usual.
    private static func priority(_ io: ResourceLimits.IOPriority) -> Int {
        switch io {
        case .idle: 3 << 13
        case .low: 2 << 13 | 7
        case .normal: 2 << 13 | 4
        }
    }
}
