import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `jobctl list --watch` shows: the listing as a full screen that follows the
/// daemon's events.
actor ListScreen {
    private let console: Console
    private let terminal: ListScreenTerminal
    private let place: String
    private let interval: Duration
    private var model: ListScreenModel
    private var painter = ListScreenPainter()
    private var decoder = ListScreenKeyDecoder()
    /// Jobs that have to be asked for.
    private var changed: Set<Int64> = []
    private var isEntered = false
    private var isDue = false
    private var lastDrawing: ContinuousClock.Instant?

    /// Rings when there are jobs to be asked for.
    nonisolated let changes: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - place: Where the daemon is.
    ///   - interval: The least time between two frames.
    init(
        _ model: ListScreenModel, console: Console, terminal: ListScreenTerminal, place: String,
        interval: Duration = .milliseconds(50)
    ) {
        self.model = model
        self.console = console
        self.terminal = terminal
        self.place = place
        self.interval = interval
        (changes, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: The terminal

    /// Takes over the terminal.
    func enter() throws {
        painter.forget()
        isEntered = true
        try terminal.enter()
        try draw()
    }

    /// Gives the terminal back.
    func leave() {
        guard isEntered else { return }
        isEntered = false
        terminal.leave()
    }

    /// Deals with what the terminal or its shell tells.
    ///
    /// - Returns: What to exit with, if it is time to.
    func handle(_ notice: ListScreenTerminal.Notice) throws -> Int32? {
        switch notice {
        case .resized: try draw()
        case .suspended:
            leave()
            terminal.stop()
            try enter()
        // After a stop that could not be caught, the shell has the terminal in a
        // mode of its own.
        case .continued: try enter()
        case .stopped(let number): return ExitStatus.signalBase + number
        }
        return nil
    }

    /// Deals with keys.
    ///
    /// - Returns: Whether it is time to leave.
    func press(_ bytes: [UInt8]) throws -> Bool {
        for key in decoder.keys(bytes) {
            switch key {
            case .quit: return true
            case .redraw: painter.forget()
            default: model.scroll(key, lines: ListScreenFrame.room(console.size()))
            }
        }
        try draw()
        return false
    }

    // MARK: The daemon

    /// The daemon answered: these are the jobs.
    func load(_ jobs: [JobResource]) throws {
        model.outage = nil
        changed = []
        model.replace(with: jobs)
        try draw()
    }

    /// The daemon is away.
    func lost(_ reason: String) throws {
        model.outage = reason
        try draw()
    }

    /// Takes an event.
    func receive(_ event: EventResource) throws {
        if model.apply(event) {
            changed.insert(event.job)
            bell.yield()
        }
        try drawSoon()
    }

    /// The jobs that have to be asked for; whoever takes them does so.
    func takeChanged() -> Set<Int64> {
        defer { changed = [] }
        return changed
    }

    /// Takes a part of the listing.
    func merge(
        _ found: [JobResource], asked ids: ClosedRange<Int64>, changed: Set<Int64>
    ) throws {
        model.merge(found, asked: ids, changed: changed)
        try drawSoon()
    }

    /// A second has gone by.
    func tick() throws {
        if model.isMoving { try draw() }
    }

    // MARK: Drawing

    /// Draws now, or when a frame is due again.
    private func drawSoon() throws {
        guard let lastDrawing else { return try draw() }
        let rest = interval - (ContinuousClock.now - lastDrawing)
        guard rest > .zero else { return try draw() }
        guard !isDue else { return }
        isDue = true
        Task {
            // Drawing early, when the process is ending, does no harm; and that
            // the terminal takes nothing is found out by the next frame.
            try? await Task.sleep(for: rest)
            try? drawIfDue()
        }
    }

    private func drawIfDue() throws {
        if isDue { try draw() }
    }

    private func draw() throws {
        isDue = false
        guard isEntered else { return }
        lastDrawing = .now
        let size = console.size()
        let frame = ListScreenFrame(
            model, size: size, place: place, now: Date().timeIntervalSince1970,
            style: console.style(on: .stdout))
        let text = painter.update(frame.lines, size: size)
        if !text.isEmpty { try console.write(.stdout, Array(text.utf8)) }
    }
}
