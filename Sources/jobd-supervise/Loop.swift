import CLinux

/// Everything a supervisor does while the command runs.
struct Loop {
    let options: Options
    let signals: Int32
    var journal: JournalWriter
    var control: ControlReader
    var teardown = Teardown()
    var ending = Ending()
    /// The command while it runs.
    var command: Command?
    /// The time limit, on the monotonic clock.
    var timeLimit = Int64.max
    /// Output, errors, progress: in the order of their poll entries.
    var streams: [CapturedStream] = []
    var typing: TerminalInput?
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
    }

    /// The command's pid while it runs, otherwise 0.
    var commandPID: pid_t { command?.pid ?? 0 }

    /// Runs the command to its end, and records that.
    mutating func run() {
        start()
        while true {
            journal.flush()
            let now = linux_monotonic_us()
            if now >= timeLimit {
                timeLimit = .max
                tearDown(JOURNAL_CAUSE_TIMEOUT, signal: SIGTERM, grace: options.grace)
            }
            teardown.advance(
                now: now, grace: options.grace, command: commandPID, somebodyDied: somebodyDied)
            somebodyDied = false
            if !hasChildren { teardown.finish() }
            if teardown.phase == .over { break }
            turn(now: now)
        }
        drain()
        journal.appendExit(ending.record(survivors: teardown.survivors))
        journal.waitUntilWritten()
        journal.sync()
    }

    private mutating func start() {
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
            self.command = command
            hasChildren = true
            streams = [
                CapturedStream(command.output, kind: JOURNAL_KIND_STDOUT),
                CapturedStream(command.errors, kind: JOURNAL_KIND_STDERR),
                CapturedStream(
                    Descriptors.progress, kind: JOURNAL_KIND_PROGRESS, endsAtLines: true),
            ]
            if options.usesTerminal {
                typing = TerminalInput(master: command.output, file: input)
            } else if input >= 0 {
                _ = close(input)
            }
            if let timeout = options.timeout {
                let (end, overflow) = linux_monotonic_us().addingReportingOverflow(timeout)
                timeLimit = overflow ? .max : end
            }
        }
    }

    /// Waits for something to happen, and deals with it.
    private mutating func turn(now: Int64) {
        var deadline = min(timeLimit, teardown.deadline)
        if journal.isBlocked { deadline = min(deadline, now + JournalWriter.retryInterval) }
        let timeout = deadline == .max ? -1 : max(deadline - now, 0)
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: PollEntry.count) { entries in
            fill(entries)
            guard linux_poll(entries.baseAddress, UInt32(entries.count), timeout) > 0 else {
                return
            }
            // Deaths first: a command that ended by itself was not cancelled.
            if entries[PollEntry.signals].revents != 0 { takeSignals() }
            if entries[PollEntry.control].revents != 0 { takeRequests() }
            for index in streams.indices where entries[PollEntry.streams + index].revents != 0 {
                if journal.isBlocked { break }
                _ = capture(index)
            }
            if entries[PollEntry.typing].revents != 0 { typing?.type() }
        }
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
        if let typing, !typing.isDone, let command {
            entries[PollEntry.typing].fd = command.output
            entries[PollEntry.typing].events = Int16(POLLOUT)
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

    private mutating func takeRequests() {
        var control = self.control
        control.read { request in
            switch request {
            case .cancel(let signal, let grace):
                tearDown(JOURNAL_CAUSE_CANCELLED, signal: signal, grace: grace)
            }
        }
        self.control = control
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
        timeLimit = .max
        teardown.linger(atMost: options.grace, now: linux_monotonic_us())
    }

    /// Ends the job, for that reason if there was none before.
    mutating func tearDown(_ cause: Int, signal: Int32, grace: Int64) {
        ending.note(cause)
        teardown.begin(
            signal: signal, grace: grace, command: commandPID, now: linux_monotonic_us())
    }
}

/// Where things are among the poll entries.
private enum PollEntry {
    static let signals = 0
    static let control = 1
    static let streams = 2
    static let typing = 5
    static let count = 6
}
