import CLinux

/// What the forked child does before it is the command.
struct Child {
    let options: Options
    /// The file the command reads; -1 for a pipe, /dev/null, or the terminal.
    let input: Int32
    let ends: Ends

    /// Becomes the command, or says why not and ends.
    func become(supervisor: pid_t) -> Never {
        dieWith(supervisor)
        setsid()
        if options.usesTerminal {
            let error = linux_control_terminal(ends.terminal)
            if error < 0 { complain(JOURNAL_STAGE_SETUP, -error) }
            for descriptor: Int32 in 0...2 { dup2(ends.terminal, descriptor) }
        } else {
            if input >= 0 { dup2(input, 0) }
            if ends.childInput >= 0 { dup2(ends.childInput, 0) }
            dup2(ends.childOutput, 1)
            dup2(ends.childErrors, 2)
        }
        if let failure = options.confinement.enterControlGroup() { complain(failure) }
        if options.confinement.user != nil {
            if let failure = options.confinement.becomeUser() { complain(failure) }
            // A change of credentials ends that: prctl(2).
            dieWith(supervisor)
        }
        // As that user: root could grant more than that has, a submitter's word only
        // less.
        if let failure = options.confinement.limit(grace: options.grace) { complain(failure) }
        if let cwd = options.cwd, chdir(cwd) == -1 { complain(JOURNAL_STAGE_CWD, linux_errno()) }
        linux_reset_signals()
        complain(JOURNAL_STAGE_EXEC, -linux_execute(options.command))
    }

    private func dieWith(_ supervisor: pid_t) {
        _ = linux_die_with_parent()
        // It may have ended before we asked.
        if getppid() != supervisor { _exit(127) }
    }

    private func complain(_ stage: Int, _ error: Int32) -> Never {
        complain(StartFailure(stage: Int32(stage), error: error))
    }

    private func complain(_ failure: StartFailure) -> Never {
        var failure = failure
        _ = linux_write(ends.childComplaints, &failure, MemoryLayout<StartFailure>.size)
        _exit(127)
    }
}
