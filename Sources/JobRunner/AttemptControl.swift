internal import CLinux
internal import Glibc

/// Asks a supervisor for something.
package enum AttemptControl {
    /// What became of a request.
    package enum Delivery: Hashable, Sendable {
        /// It is in the FIFO.
        case sent
        /// Nobody will read it: the supervisor is gone.
        case supervisorGone
    }

    /// Asks for the command's end: `signal` first, and SIGKILL after the grace.
    /// Asking again can only shorten the grace.
    package static func cancel(
        _ directory: AttemptDirectory, signal: Int32, graceMicroseconds: Int64
    ) throws(LaunchError) -> Delivery {
        try send("cancel \(signal) \(graceMicroseconds)", to: directory)
    }

    /// Says that `size` bytes of the file that `LaunchSpec.input` names may be
    /// passed on to the command, and if `isEnd`, that nothing comes after them:
    /// the command then reads the end of its input, and later calls change
    /// nothing. They must be in the file before this is called. The supervisor
    /// knows what it has passed on, so that saying it again does no harm, and is
    /// right after an adoption.
    package static func input(
        _ directory: AttemptDirectory, size: UInt64, isEnd: Bool
    ) throws(LaunchError) -> Delivery {
        try send("\(isEnd ? "input-end" : "input") \(size)", to: directory)
    }

    /// Has a signal sent: to the command itself, or to each process of the
    /// attempt once. It is no cancel: a command that ends by it was ended by a
    /// signal. Without effect before the command is started, and once it has
    /// ended. A paused one takes it when it goes on (SIGKILL: at once).
    package static func signal(
        _ directory: AttemptDirectory, signal: Int32, tree: Bool
    ) throws(LaunchError) -> Delivery {
        try send("\(tree ? "signal-tree" : "signal") \(signal)", to: directory)
    }

    /// Has all processes of the attempt stopped (SIGSTOP), and its clocks: the
    /// time limit and that for silence stand still. One that was not started yet
    /// is stopped as soon as it is. Repeating it does no harm.
    package static func pause(_ directory: AttemptDirectory) throws(LaunchError) -> Delivery {
        try send("pause", to: directory)
    }

    /// Has all processes of the attempt go on (SIGCONT) after `pause`; without
    /// effect otherwise.
    package static func resume(_ directory: AttemptDirectory) throws(LaunchError) -> Delivery {
        try send("resume", to: directory)
    }

    /// Sends a line, without its end. Lines a supervisor does not know it ignores.
    package static func send(
        _ line: String, to directory: AttemptDirectory
    ) throws(LaunchError) -> Delivery {
        let path = directory.control
        let fifo = Descriptor(linux_open(path, O_WRONLY | O_NONBLOCK, 0))
        // ENXIO: nobody has it open for reading (fifo(7)).
        if fifo.number == -ENXIO || fifo.number == -ENOENT { return .supervisorGone }
        if fifo.number < 0 { throw LaunchError(operation: "open", path: path, code: -fifo.number) }
        // A reader of our own: should the supervisor leave just now, the write
        // must not raise SIGPIPE.
        let reader = Descriptor(linux_open(path, O_RDONLY | O_NONBLOCK, 0))
        // No longer than PIPE_BUF, so it arrives in one piece (pipe(7)).
        var bytes = Array(line.utf8)
        bytes.append(0x0a)
        let count = linux_write(fifo.number, bytes, bytes.count)
        if count < 0 {
            throw LaunchError(operation: "write to", path: path, code: Int32(-count))
        }
        _ = consume reader
        return .sent
    }
}
