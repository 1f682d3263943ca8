import CLinux

extension Loop {
    /// How often a stream is read at the end. All who wrote to it are gone or
    /// cannot be ended, so it holds at most what a pipe can (1 MiB: pipe(7)); a
    /// writer outside the job must not keep us for ever.
    private static let lastReadings = 17

    /// Reads one stream once and appends what came. False if there is no more.
    /// Not to be called while the journal is blocked.
    mutating func capture(_ index: Int) -> Bool {
        let now = linux_monotonic_us()
        switch streams[index].read(to: journal.payload, now: now) {
        case .nothing:
            return false
        case .bytes(let length):
            silence.restart(now: now)
            answer(index, length)
            append(length, kind: streams[index].kind)
            return true
        case .end(let length):
            append(length, kind: streams[index].kind)
            return false
        }
    }

    /// Types answers to what was asked of the terminal. Who does not read them gets no
    /// more: a program that only asks must not hold up what it writes.
    private mutating func answer(_ index: Int, _ length: Int) {
        guard queries != nil, streams[index].kind == JOURNAL_KIND_STDOUT else { return }
        let bytes = UnsafeRawBufferPointer(start: journal.payload, count: length)
        let answers = queries?.take(bytes) ?? []
        if !answers.isEmpty {
            _ = linux_write(streams[index].descriptor, answers, answers.count)
        }
    }

    /// Appends what a stream has held back for long enough. Not to be called while
    /// the journal is blocked.
    mutating func release(_ index: Int) {
        append(streams[index].release(to: journal.payload), kind: streams[index].kind)
    }

    private mutating func append(_ length: Int, kind: Int) {
        if length == 0 { return }
        if kind == JOURNAL_KIND_PROGRESS {
            journal.append(kind: kind, length: length)
            return
        }
        if discardsOutput { return }
        var kept = length
        let room = options.outputLimit - journal.position
        if UInt64(length) > room {
            discardsOutput = true
            kept = Int(room)
            kept -= TextBoundary.incompleteSuffix(journal.payload, kept)
        }
        if kept > 0 { journal.append(kind: kind, length: kept) }
        if discardsOutput {
            ending.noteOutputLimit()
            tearDown(JOURNAL_CAUSE_OUTPUT_LIMIT, signal: SIGTERM, grace: options.grace)
        }
    }

    /// Takes what is still in the pipes, once nobody is left to write to them.
    mutating func drain() {
        for index in streams.indices {
            var readings = 0
            repeat {
                journal.waitUntilWritten()
                readings += 1
            } while capture(index) && readings < Self.lastReadings
            journal.waitUntilWritten()
            append(
                streams[index].takeHeld(to: journal.payload), kind: streams[index].kind)
        }
        journal.waitUntilWritten()
    }
}
