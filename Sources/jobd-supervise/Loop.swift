import CLinux

/// Everything a supervisor does while the command runs.
struct Loop {
    let options: Options
    let signals: Int32
    var journal: JournalWriter
    var control: ControlReader
    var teardown = Teardown()
    var pause = Pause()
    var ending = Ending()
    /// The command while it runs.
    var command: Command?
    /// How long the command may still run.
    var timeLimit: Countdown
    /// How long it may still be silent.
    var silence: Countdown
    /// Output, errors, progress: in the order of their poll entries.
    var streams: [CapturedStream] = []
    /// Input that is passed on; nil: the command reads none, or its file.
    var feed: InputFeed?
    /// What is asked of the job's terminal; nil: it has none.
    var queries: TerminalQueries?
    /// Whether there may be processes to wait for.
    var hasChildren = false
    var somebodyDied = false
    /// Whether output is read but no longer kept.
    var discardsOutput = false

    init(options: Options, journal: JournalWriter, control: ControlReader, signals: Int32) {
        self.options = options
        self.journal = journal
        self.control = control
        self.signals = signals
        timeLimit = Countdown(options.timeout)
        silence = Countdown(options.stallTimeout)
    }

    /// The command's pid while it runs, otherwise 0.
    var commandPID: pid_t { command?.pid ?? 0 }

    /// Runs the command to its end, and records that. `requests`: what was asked
    /// for before.
    mutating func run(_ requests: StandingRequests) {
        start(requests)
        while true {
            journal.flush()
            let now = linux_monotonic_us()
            advance(now: now)
            if teardown.phase == .over { break }
            turn(now: now)
        }
        journal.beginEnd()
        drain()
        let isOutOfMemory = options.confinement.closeControlGroup()
        journal.appendExit(
            ending.record(survivors: teardown.survivors, isOutOfMemory: isOutOfMemory))
        journal.waitUntilWritten()
        journal.sync()
    }

    private mutating func start(_ requests: StandingRequests) {
        var input: Int32 = -1
        if options.hasInput {
            input = InputFile.open(in: options.directory)
            if input < 0 {
                ending.note(StartFailure(stage: Int32(JOURNAL_STAGE_STDIN), error: -input))
                return
            }
        }
        switch Command.start(options, input: input) {
        case .failure(let failure):
            ending.note(failure)
        case .success(let command):
            started(command, input: input)
            feed?.grow(to: requests.input)
            if requests.isPaused { take(.pause) }
        }
    }

    private mutating func started(_ command: Command, input: Int32) {
        self.command = command
        hasChildren = true
        journal.appendCommand(pid: command.pid)
        let masks = options.masks
        streams = [
            CapturedStream(command.output, kind: JOURNAL_KIND_STDOUT, masks: masks),
            CapturedStream(command.errors, kind: JOURNAL_KIND_STDERR, masks: masks),
            CapturedStream(
                Descriptors.progress, kind: JOURNAL_KIND_PROGRESS, masks: masks,
                endsAtLines: true),
        ]
        let open = options.openInput.map { InputSource(growing: $0) }
        if options.usesTerminal {
            queries = TerminalQueries(rows: Int(Ends.rows), columns: Int(Ends.columns))
            feed = InputFeed(open ?? InputSource(file: input), terminal: command.output)
        } else {
            if let open { feed = InputFeed(open, pipe: command.input) }
            if input >= 0 { _ = close(input) }
        }
        let now = linux_monotonic_us()
        timeLimit.start(now: now)
        silence.start(now: now)
    }

    /// Does what is due by the clock.
    private mutating func advance(now: Int64) {
        // Clocks stand still while the job is paused; and what waits for room in
        // the journal is not to blame for its silence.
        timeLimit.run(!pause.isActive, now: now)
        silence.run(!pause.isActive && !journal.isBlocked, now: now)
        if now >= timeLimit.deadline {
            timeLimit.stop()
            tearDown(JOURNAL_CAUSE_TIMEOUT, signal: SIGTERM, grace: options.grace)
        }
        pause.advance(command: commandPID, now: now)
        teardown.advance(
            now: now, grace: options.grace, command: commandPID, somebodyDied: somebodyDied)
        somebodyDied = false
        if !hasChildren { teardown.finish() }
        feed?.retry(now: now)
    }

    /// Waits for something to happen, and deals with it.
    private mutating func turn(now: Int64) {
        var deadline = min(
            min(timeLimit.deadline, silence.deadline), min(teardown.deadline, pause.deadline))
        if journal.isBlocked {
            deadline = min(deadline, now + JournalWriter.retryInterval)
        } else {
            for stream in streams { deadline = min(deadline, stream.releaseTime) }
        }
        if let feed { deadline = min(deadline, feed.source.retryTime) }
        let timeout = deadline == .max ? -1 : max(deadline - now, 0)
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: PollEntry.count) { entries in
            fill(entries)
            let count = linux_poll(entries.baseAddress, UInt32(entries.count), timeout)
            if count > 0 { handle(entries) }
            // As with silence below: what has come is looked at first.
            for index in streams.indices
            where entries[PollEntry.streams + index].revents == 0
                && now >= streams[index].releaseTime && !journal.isBlocked
            { release(index) }
            let isSilent = streams.indices.allSatisfy {
                entries[PollEntry.streams + $0].revents == 0
            }
            // That the time was over before we looked whether something came
            // counts, not that it is now: we may have been kept from looking.
            if isSilent, now >= silence.deadline, !pause.isActive {
                tearDown(JOURNAL_CAUSE_STALLED, signal: SIGTERM, grace: options.grace)
            }
        }
    }

    private mutating func handle(_ entries: UnsafeMutableBufferPointer<pollfd>) {
        // Deaths first: a command that ended by itself was not cancelled.
        if entries[PollEntry.signals].revents != 0 { takeSignals() }
        if entries[PollEntry.control].revents != 0 { takeRequests() }
        for index in streams.indices where entries[PollEntry.streams + index].revents != 0 {
            if journal.isBlocked { break }
            _ = capture(index)
        }
        if entries[PollEntry.feed].revents != 0 { feed?.pass(now: linux_monotonic_us()) }
    }

    private func fill(_ entries: UnsafeMutableBufferPointer<pollfd>) {
        let input = Int16(POLLIN)
        entries.initialize(repeating: pollfd(fd: -1, events: input, revents: 0))
        entries[PollEntry.signals].fd = signals
        entries[PollEntry.control].fd = control.descriptor
        // Without room for what they bring they are left alone, and whoever
        // writes to them waits.
        if !journal.isBlocked {
            for index in streams.indices {
                entries[PollEntry.streams + index].fd = streams[index].descriptor
            }
        }
        if let feed {
            entries[PollEntry.feed].fd = feed.descriptor
            entries[PollEntry.feed].events = Int16(POLLOUT)
        }
    }

    private mutating func takeSignals() {
        var number = linux_next_signal(signals)
        while number != 0 {
            if number == SIGTERM {
                tearDown(JOURNAL_CAUSE_SHUTDOWN, signal: SIGTERM, grace: options.grace)
            }
            number = linux_next_signal(signals)
        }
        reap()
    }

    private mutating func reap() {
        while true {
            var status: Int32 = 0
            let pid = linux_reap_any(&status)
            if pid == -ECHILD { hasChildren = false }
            if pid <= 0 { return }
            somebodyDied = true
            if let command, pid == command.pid { noteEnd(of: command, status: status) }
        }
    }

    private mutating func noteEnd(of command: Command, status: Int32) {
        if let failure = command.takeFailure() {
            ending.note(failure)
        } else {
            ending.note(waitStatus: status)
        }
        if command.terminal >= 0 { _ = close(command.terminal) }
        self.command = nil
        timeLimit.stop()
        silence.stop()
        feed?.commandEnded()
        // Somebody killed it while it was paused: what it leaves behind goes on,
        // and has the same chance to end by itself as otherwise.
        pause.end()
        teardown.linger(atMost: options.grace, now: linux_monotonic_us())
    }

    /// Ends the job, for that reason if there was none before.
    mutating func tearDown(_ cause: Int, signal: Int32, grace: Int64) {
        ending.note(cause)
        silence.stop()
        // The teardown lets what is stopped go on, after its signal.
        pause.forget()
        teardown.begin(
            signal: signal, grace: grace, command: commandPID, now: linux_monotonic_us())
    }
}

/// Where things are among the poll entries.
private enum PollEntry {
    static let signals = 0
    static let control = 1
    static let streams = 2
    static let feed = 5
    static let count = 6
}
