import CLinux

/// The command, started.
struct Command {
    /// Its process, which leads a session and a group of its own.
    let pid: pid_t
    /// What it writes to: two pipes, or the terminal and -1.
    let output: Int32
    let errors: Int32
    /// Where open input is passed on to it: a pipe, or -1.
    let input: Int32
    /// The terminal's end that the command has, -1 without one. Kept open while
    /// the command runs, so that the terminal is not at its end whenever nobody
    /// happens to have it open.
    let terminal: Int32
    /// Where the child says why it could not become the command.
    private let complaints: Int32

    /// Starts it, or says why not. `input` is the file it reads; -1: none.
    static func start(_ options: Options, input: Int32) -> Result<Command, StartFailure> {
        var ends = Ends()
        var error = options.usesTerminal ? ends.openTerminal() : ends.openPipes()
        if error >= 0, options.openInput != nil, !options.usesTerminal {
            error = ends.openInput()
        }
        guard error >= 0 else {
            return .failure(StartFailure(stage: Int32(JOURNAL_STAGE_SETUP), error: -error))
        }
        if let user = options.confinement.user {
            error = ends.give(to: user.user)
            if error < 0 {
                return .failure(StartFailure(stage: Int32(JOURNAL_STAGE_USER), error: -error))
            }
        }
        let supervisor = getpid()
        let pid = linux_fork()
        if pid == 0 {
            Child(options: options, input: input, ends: ends).become(supervisor: supervisor)
        }
        ends.closeChildSide()
        if pid < 0 {
            return .failure(StartFailure(stage: Int32(JOURNAL_STAGE_SETUP), error: -pid))
        }
        return .success(
            Command(
                pid: pid, output: ends.output, errors: ends.errors, input: ends.input,
                terminal: ends.terminal, complaints: ends.complaints))
    }

    /// Why the child could not become the command; nil if it could. To be asked
    /// once it has ended.
    func takeFailure() -> StartFailure? {
        var failure = StartFailure(stage: 0, error: 0)
        let size = MemoryLayout<StartFailure>.size
        return linux_read(complaints, &failure, size) == Int64(size) ? failure : nil
    }
}

/// Why a command could not be started.
struct StartFailure: Error {
    /// One of JOURNAL_STAGE_….
    var stage: Int32
    /// An errno.
    var error: Int32
}
