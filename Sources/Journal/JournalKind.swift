// The Journal target reads an attempt's journal, whose only writer is the
// supervisor: forwards, backwards, and while it grows. The layout is CLinux's
// journal_frame.h.

internal import CLinux

/// What a frame holds.
package enum JournalKind: UInt32, Sendable {
    /// The supervisor's pid. Always the first frame; without it the command was
    /// never started.
    case start = 1
    /// What the command wrote to its standard output or its terminal.
    case stdout = 2
    /// What the command wrote to its standard error.
    case stderr = 3
    /// What was written to `$JOBD_PROGRESS`.
    case progress = 4
    /// How the attempt ended. Always the last frame.
    case exit = 5
    /// The command's pid. The second frame, which older journals lack.
    case command = 6

    /// Whether it counts as output, that is, moves the position.
    package var isOutput: Bool { self == .stdout || self == .stderr }
}

/// One of the two streams of output.
package enum JournalStream: Sendable {
    case stdout
    case stderr

    /// The kind of its frames.
    package var kind: JournalKind {
        switch self {
        case .stdout: .stdout
        case .stderr: .stderr
        }
    }
}
