internal import CLinux

extension JournalReader {
    /// The last frame that is all there; nil if there is none. Found from the
    /// end, or, when something broken is there, from the beginning.
    package func lastFrame() throws(JournalError) -> JournalFrame? {
        let size = try size()
        if size == 0 { return nil }
        if let frame = try frame(endingAt: size), try followsAnother(frame) { return frame }
        var last: JournalFrame?
        while case .frame(let frame) = try look(at: last?.end ?? 0),
            frame.position == last?.endPosition ?? 0
        {
            last = frame
        }
        return last
    }

    /// How many bytes of output there are, both streams together.
    package func outputBytes() throws(JournalError) -> UInt64 {
        try lastFrame()?.endPosition ?? 0
    }

    /// The supervisor's pid; nil if it has not begun.
    package func supervisorPID() throws(JournalError) -> Int32? {
        guard
            case .frame(let frame) = try look(at: 0),
            frame.kind == .start, frame.length == MemoryLayout<journal_start>.size
        else { return nil }
        let payload = try bytes(
            at: frame.payloadOffset, count: frame.length, window: Self.headerWindow)
        // The file may have become shorter meanwhile.
        guard payload.count == frame.length else { return nil }
        let pid = payload.loadUnaligned(as: journal_start.self).supervisor_pid
        return pid > 0 ? pid : nil
    }

    /// The command's pid, and when it was started by the wall clock, in microseconds;
    /// nil if it was not, or by a supervisor that does not say.
    package func command() throws(JournalError) -> (pid: Int32, time: Int64)? {
        guard case .frame(let first) = try look(at: 0),
            case .frame(let frame) = try look(at: first.end),
            frame.kind == .command, frame.length == MemoryLayout<journal_command>.size
        else { return nil }
        let payload = try bytes(
            at: frame.payloadOffset, count: frame.length, window: Self.headerWindow)
        guard payload.count == frame.length else { return nil }
        let pid = payload.loadUnaligned(as: journal_command.self).pid
        return pid > 0 ? (pid, frame.wall) : nil
    }

    /// How the attempt ended, and the frame that says so; nil if none does.
    package func exit() throws(JournalError) -> (exit: JournalExit, frame: JournalFrame)? {
        guard let frame = try lastFrame(), frame.kind == .exit else { return nil }
        let payload = try bytes(
            at: frame.payloadOffset, count: frame.length, window: Self.headerWindow)
        return JournalExit(payload: payload).map { ($0, frame) }
    }

    /// Whether a frame begins at `offset`, or the last one ends there: whether an
    /// offset that came from outside can be read from.
    package func isFrameBoundary(_ offset: UInt64) throws(JournalError) -> Bool {
        switch try look(at: offset) {
        case .corrupt:
            return false
        case .end, .incomplete:
            if offset == 0 { return true }
            guard let last = try frame(endingAt: offset) else { return false }
            return try followsAnother(last)
        case .frame(let frame):
            return try followsAnother(frame)
        }
    }

    /// The frame that ends at `end`; nil if none does.
    func frame(endingAt end: UInt64) throws(JournalError) -> JournalFrame? {
        let smallest = UInt64(JournalFrame.headerSize + JournalFrame.trailerSize)
        guard
            end >= smallest,
            let length = try trailer(endingAt: end, backwards: true),
            length <= JournalFrame.maxPayload, end >= smallest + UInt64(length)
        else { return nil }
        let offset = end - smallest - UInt64(length)
        let header = try bytes(
            at: offset, count: JournalFrame.headerSize, window: Self.headerWindow,
            backwards: true)
        guard let frame = JournalFrame(header: header, offset: offset), frame.length == length
        else { return nil }
        return frame
    }

    /// Whether the frame is the first, or goes on where another one ends. Output
    /// may look like a frame, but hardly like two that fit.
    func followsAnother(_ frame: JournalFrame) throws(JournalError) -> Bool {
        if frame.offset == 0 { return frame.position == 0 }
        guard let previous = try self.frame(endingAt: frame.offset) else { return false }
        return previous.endPosition == frame.position && previous.time <= frame.time
    }
}
