extension JournalReader {
    /// Where the byte of output number `position`, counted from 0, lies. If
    /// `stream` is given, only its bytes are counted, which means looking at all
    /// headers before. The journal's end if there are not so many.
    package func locate(
        _ position: UInt64, stream: JournalStream? = nil
    ) throws -> JournalLocation {
        guard let last = try lastFrame() else {
            return JournalLocation(offset: 0, skip: 0, position: 0)
        }
        let end = JournalLocation(offset: last.end, skip: 0, position: last.endPosition)
        guard let stream else {
            if position >= last.endPosition { return end }
            return position < last.endPosition / 2
                ? try locateForwards(position) { $0.isOutput } ?? end
                : try locateBackwards(position, from: last) ?? end
        }
        return try locateForwards(position) { $0 == stream.kind } ?? end
    }

    /// How many bytes of output there are from a place on, of both streams or one;
    /// the latter means looking at all headers behind it.
    package func outputBytes(
        from start: JournalLocation, of stream: JournalStream? = nil
    ) throws -> UInt64 {
        guard let stream else {
            let count = try outputBytes()
            return count - min(count, start.position)
        }
        var count: UInt64 = 0
        try forEachHeader(from: start.offset) { frame in
            if frame.kind == stream.kind {
                let skipped = frame.offset == start.offset ? min(start.skip, frame.length) : 0
                count += UInt64(frame.length - skipped)
            }
            return true
        }
        return count
    }

    /// How many bytes of that stream there are. Looks at all headers. Of a journal that
    /// is damaged: those before the damage, and as many as may be behind it.
    package func outputBytes(of stream: JournalStream) throws -> UInt64 {
        var count: UInt64 = 0
        var position: UInt64 = 0
        let scan = try forEachHeader { frame in
            if frame.kind == stream.kind { count += UInt64(frame.length) }
            position = frame.endPosition
            return true
        }
        if scan.stop == .corrupt { count += try outputBytes() - min(try outputBytes(), position) }
        return count
    }

    /// Where the last `lines` lines of output, or of one stream, begin. A line's
    /// end that nothing follows does not begin another line. Reads from the end,
    /// and no more than it takes.
    package func tail(lines: Int, stream: JournalStream? = nil) throws -> JournalLocation {
        guard let last = try lastFrame() else {
            return JournalLocation(offset: 0, skip: 0, position: 0)
        }
        var found = JournalLocation(offset: last.end, skip: 0, position: last.endPosition)
        if lines <= 0 { return found }
        var missing = lines
        var isLastByte = true
        try forEachFrameBackwards(from: last) { frame in
            guard stream.map({ $0.kind == frame.kind }) ?? frame.kind.isOutput else {
                return true
            }
            let payload = try bytes(
                at: frame.payloadOffset, count: frame.length, window: JournalBuffer.capacity,
                backwards: true)
            var index = payload.count
            while index > 0 {
                if payload[index - 1] == 0x0a, !isLastByte {
                    missing -= 1
                    if missing == 0 { break }
                }
                isLastByte = false
                index -= 1
            }
            // What follows a line's end at the frame's end is in the next frame,
            // which is what was found before.
            if index < payload.count {
                found = JournalLocation(
                    offset: frame.offset, skip: index, position: frame.position + UInt64(index))
            }
            return missing > 0
        }
        return found
    }

    private func locateForwards(
        _ position: UInt64, kinds: (JournalKind) -> Bool
    ) throws -> JournalLocation? {
        var location: JournalLocation?
        var before: UInt64 = 0
        try forEachHeader { frame in
            guard kinds(frame.kind) else { return true }
            if position < before + UInt64(frame.length) {
                let skip = position - before
                location = JournalLocation(
                    offset: frame.offset, skip: Int(skip), position: frame.position + skip)
                return false
            }
            before += UInt64(frame.length)
            return true
        }
        return location
    }

    private func locateBackwards(
        _ position: UInt64, from last: JournalFrame
    ) throws -> JournalLocation? {
        var location: JournalLocation?
        try forEachFrameBackwards(from: last) { frame in
            guard frame.kind.isOutput, frame.position <= position else { return true }
            location = JournalLocation(
                offset: frame.offset, skip: Int(position - frame.position), position: position)
            return false
        }
        return location
    }

    /// Gives `last` and the frames before it to `body`, backwards, until it
    /// returns false or the first frame was given.
    private func forEachFrameBackwards(
        from last: JournalFrame, _ body: (JournalFrame) throws -> Bool
    ) throws {
        var frame = last
        while try body(frame), frame.offset > 0 {
            guard let previous = try self.frame(endingAt: frame.offset),
                previous.endPosition == frame.position
            else { throw JournalError.broken }
            frame = previous
        }
    }
}
