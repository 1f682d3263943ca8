import CLinux
import JobAPI
import JobModel
import ProgressRecognition

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// One `jobctl recognize`: reads what something writes, and prints what is
/// recognised in it as it comes. It blocks, and belongs to one thread.
final class RecognitionRun {
    /// What is to be done.
    struct Order: Sendable {
        /// What to run; empty to read standard input.
        var command: [String] = []
        /// Whether the command has a terminal.
        var usesTerminal = false
        var isJSON = false
        /// Whether what the command writes is shown.
        var showsOutput = false
        /// The file for a recording.
        var recording: String?
        /// Readings closer together than this become one, in microseconds.
        var interval: Int64 = 0
    }

    /// How often what is left is read: a pipe holds 64 KiB, or what root allows.
    private static let lastReads = 16
    /// What follows a signal within this time, in microseconds, is the same one.
    private static let patience: Int64 = 300_000

    private let order: Order
    private let console: Console
    /// Each byte that comes is the number of a signal.
    private let signals: Int32
    private let beginning = linux_monotonic_us()
    private var recognition: Recognition
    private var piped: PipedOutput
    private var process: CommandProcess?
    private var recorder: CastWriter?
    private var sources: [(descriptor: Int32, channel: OutputChannel)]
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var isInterrupted = false
    /// When the command was first sent a signal.
    private var signalled: Int64?
    /// Whether the cursor is where a line begins, after what was shown.
    private var isAtLineStart = true

    /// - Parameters:
    ///   - signals: A pipe by which it is told of signals.
    /// - Throws: `Trouble` when the command or the recording cannot be begun.
    init(_ order: Order, console: Console, signals: Int32) throws {
        self.order = order
        self.console = console
        self.signals = signals
        let now = linux_realtime_us()
        recognition = Recognition(
            intervalMicroseconds: order.interval, start: Timestamp(microseconds: now))
        piped = PipedOutput(isFile: Self.isFile(STDIN_FILENO))
        if order.command.isEmpty {
            sources = [(STDIN_FILENO, .stdout)]
        } else {
            if let path = order.recording {
                recorder = try CastWriter(
                    path, of: order.command, size: CommandProcess.terminalSize,
                    usesTerminal: order.usesTerminal, startedAt: now / 1_000_000)
            }
            let process = try CommandProcess(order.command, usesTerminal: order.usesTerminal)
            self.process = process
            sources = process.outputs
        }
    }

    /// Reads to the end.
    ///
    /// - Returns: What to exit with.
    /// - Throws: `Trouble`; `ClosedPipe`.
    func run() throws -> Int32 {
        var hasEnded = false
        while !hasEnded, !isInterrupted, !sources.isEmpty {
            hasEnded = try wait()
        }
        if hasEnded {
            // What it wrote before it ended is there. Others who have the pipe may
            // write for ever.
            for source in sources {
                var left = Self.lastReads
                while left > 0, try take(from: source) { left -= 1 }
            }
        }
        for part in try piped.rest(at: now) { try take(part) }
        try print(recognition.finish())
        try recorder?.finish()
        return try conclude()
    }

    /// Microseconds since the beginning.
    private var now: Int64 { linux_monotonic_us() - beginning }

    /// Takes what has come, once there is something.
    ///
    /// - Returns: Whether the command has ended.
    private func wait() throws -> Bool {
        let watched = sources.map(\.descriptor) + [signals] + (process.map { [$0.end] } ?? [])
        var entries = watched.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // Where times are not those of the clock, nothing is due by it.
        let isLive = process != nil || piped.isLive
        let patience = isLive ? recognition.due.map { max(0, $0 - now) } : nil
        let count = linux_poll(&entries, UInt32(entries.count), patience ?? -1)
        guard count >= 0 else { throw Self.trouble(-count) }
        let time = now
        let ready = Set(entries.filter { $0.revents != 0 }.map(\.fd))
        for source in sources where ready.contains(source.descriptor) { try take(from: source) }
        if isLive { try print(recognition.flush(at: time)) }
        if ready.contains(signals) { takeSignal() }
        return process.map { ready.contains($0.end) } ?? false
    }

    /// Takes what is there to be read.
    ///
    /// - Returns: Whether there was something.
    @discardableResult
    private func take(
        from source: (descriptor: Int32, channel: OutputChannel)
    ) throws -> Bool {
        let count = linux_read(source.descriptor, &buffer, buffer.count)
        if count == -Int64(EAGAIN) { return false }
        guard count > 0 else {
            sources.removeAll { $0.descriptor == source.descriptor }
            // EIO: nobody has the terminal any more, pty(7).
            if count < 0, count != -Int64(EIO) { throw Self.trouble(Int32(-count)) }
            return false
        }
        let bytes = Array(buffer[..<Int(count)])
        guard process != nil else {
            for part in try piped.parts(bytes, at: now) { try take(part) }
            return true
        }
        let part = OutputPart(channel: source.channel, time: now, bytes: bytes)
        try recorder?.write(part)
        try show(part)
        try take(part)
        return true
    }

    private func take(_ part: OutputPart) throws {
        try print(recognition.take(part))
    }

    /// The first ends the command, which may have something to say; a later one
    /// does not ask. timeout(1) sends each twice: to jobctl and to its group.
    private func takeSignal() {
        var number: UInt8 = 0
        guard linux_read(signals, &number, 1) == 1 else { return }
        guard let process else {
            isInterrupted = true
            return
        }
        guard let signalled else {
            signalled = now
            return process.tearDown(Int32(number))
        }
        if now - signalled > Self.patience { process.tearDown(SIGKILL) }
    }

    private func show(_ part: OutputPart) throws {
        guard order.showsOutput, part.channel != .direct else { return }
        // Standard output is for the readings.
        try console.write(.stderr, part.bytes)
        isAtLineStart = part.bytes.last == UInt8(ascii: "\n")
    }

    private func print(_ readings: [Recognition.Reading]) throws {
        let style = console.style(on: .stdout)
        for reading in readings {
            try breakLine()
            if order.isJSON {
                try console.line(RecognitionText.json(reading))
            } else {
                try console.line(
                    RecognitionText.line(reading).rendered(columns: nil, style: style))
            }
        }
    }

    /// Nothing is to be printed behind an unfinished line.
    private func breakLine() throws {
        guard !isAtLineStart, console.outputIsTerminal, console.errorIsTerminal else { return }
        isAtLineStart = true
        try console.write(.stderr, [UInt8(ascii: "\n")])
    }

    /// Says what it came to.
    private func conclude() throws -> Int32 {
        try breakLine()
        if let process {
            let (exitCode, signal) = process.wait()
            if let exitCode, exitCode != 0 {
                console.note("the command ended with exit code \(exitCode)")
            } else if let signal {
                console.note("the command was ended by \(SignalName.text(signal))")
            }
        }
        if let summary = RecognitionText.summary(recognition.counts) {
            if !order.isJSON { try console.line(summary) }
            return 0
        }
        console.note(
            "nothing was recognised in \(Quantity.bytes(Double(recognition.outputBytes))) "
                + "of output\(hint)")
        if order.recording == nil {
            console.note(
                "docs/progress.md lists what is; to have a tool added, report it with what "
                    + "jobctl recognize --record FILE.cast -- CMD… has recorded")
        }
        return ExitStatus.failed
    }

    /// What else there is to try.
    private var hint: String {
        if process != nil {
            return order.usesTerminal
                ? "" : "; many tools show progress only on a terminal: try --tty"
        }
        return piped.isLive && recognition.outputBytes > 0
            ? "; output that was all there at once is better read from a file: < FILE" : ""
    }

    private static func isFile(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func trouble(_ error: Int32) -> Trouble {
        Trouble(
            message: "cannot read the output: \(String(cString: strerror(error)))",
            status: ExitStatus.failed)
    }
}
