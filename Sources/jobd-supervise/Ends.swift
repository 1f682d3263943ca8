import CLinux

/// Both ends of what joins the supervisor and the command.
struct Ends {
    /// The supervisor's: where it reads what the command writes.
    var output: Int32 = -1
    var errors: Int32 = -1
    var complaints: Int32 = -1
    /// The supervisor's: where it passes open input on; -1 without one.
    var input: Int32 = -1
    /// The command's.
    var childInput: Int32 = -1
    var childOutput: Int32 = -1
    var childErrors: Int32 = -1
    var childComplaints: Int32 = -1
    /// The command's end of the terminal, which the supervisor keeps as well.
    var terminal: Int32 = -1

    /// The size of a terminal nobody sits at.
    static let rows: UInt16 = 40
    static let columns: UInt16 = 120

    /// Opens two pipes for output; a negated errno if that failed.
    mutating func openPipes() -> Int32 {
        var error = linux_pipe(&output, &childOutput)
        if error >= 0 { error = linux_pipe(&errors, &childErrors) }
        if error >= 0 { error = linux_set_nonblocking(errors) }
        return error >= 0 ? openComplaints() : error
    }

    /// Opens a pseudo-terminal; a negated errno if that failed.
    mutating func openTerminal() -> Int32 {
        output = linux_open_terminal(Self.rows, Self.columns, &terminal)
        return output >= 0 ? openComplaints() : output
    }

    /// Opens the pipe for open input; a negated errno if that failed.
    mutating func openInput() -> Int32 {
        let error = linux_pipe(&childInput, &input)
        return error >= 0 ? linux_set_nonblocking(input) : error
    }

    /// Makes a user the owner of what the command reads and writes, so that it can
    /// open /dev/stdout and its terminal; a negated errno if that failed.
    func give(to user: uid_t) -> Int32 {
        for descriptor in [childInput, childOutput, childErrors, terminal] where descriptor >= 0 {
            let error = linux_give(descriptor, user)
            if error < 0 { return error }
        }
        return 0
    }

    private mutating func openComplaints() -> Int32 {
        var error = linux_set_nonblocking(output)
        if error >= 0 { error = linux_pipe(&complaints, &childComplaints) }
        return error >= 0 ? linux_set_nonblocking(complaints) : error
    }

    /// Closes, in the supervisor, what only the command is to hold.
    func closeChildSide() {
        for descriptor in [childInput, childOutput, childErrors, childComplaints]
        where descriptor >= 0 {
            _ = close(descriptor)
        }
    }
}
