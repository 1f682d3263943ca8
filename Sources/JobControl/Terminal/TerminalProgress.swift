import JobAPI

/// Passes progress on to the user's own terminal, which shows it in its tab, its
/// window or the task bar: OSC 9;4.
actor TerminalProgress {
    private let console: Console
    private let stream: OutputResource.Stream
    private let interval: Duration
    private let renewal: Duration
    private var wanted: TerminalProgressState?
    /// What the terminal was told last.
    private var shown: TerminalProgressState?
    private var lastSent: ContinuousClock.Instant?
    private var timer: Task<Void, Never>?
    private var isOver = false

    /// Nil when the stream is no terminal, or none that is known to show it.
    ///
    /// - Parameters:
    ///   - interval: The least time from one percentage to the next.
    ///   - renewal: After how long the same is said again: Ghostty forgets it after
    ///     about 15 seconds (ghostty.org/docs/vt/osc/conemu).
    init?(
        console: Console, on stream: OutputResource.Stream,
        interval: Duration = .milliseconds(100), renewal: Duration = .seconds(5)
    ) {
        guard console.isTerminal(stream) else { return nil }
        if let complaint = console.progressSupport.complaint { console.note(complaint) }
        guard console.progressSupport.isWanted else { return nil }
        self.console = console
        self.stream = stream
        self.interval = interval
        self.renewal = renewal
    }

    /// Shows this in place of what was before, now or in a moment; nil: nothing.
    func show(_ state: TerminalProgressState?) {
        guard !isOver else { return }
        guard let state else { return remove() }
        wanted = state
        guard state != shown else { return }
        if let shown, let lastSent, state.isKin(of: shown) {
            let rest = interval - (ContinuousClock.now - lastSent)
            if rest > .zero { return send(after: rest) }
        }
        send()
    }

    /// Takes it away for good. To be called on every way out: nobody else does it.
    func end() {
        isOver = true
        remove()
    }

    private func remove() {
        timer?.cancel()
        timer = nil
        wanted = nil
        guard shown != nil else { return }
        shown = nil
        put(TerminalProgressState.removal)
    }

    private func send() {
        guard let wanted else { return }
        put(wanted.sequence)
        shown = wanted
        lastSent = .now
        send(after: renewal)
    }

    private func send(after delay: Duration) {
        timer?.cancel()
        timer = Task { [weak self] in
            // Cancelled: another has taken its place.
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            await self?.send()
        }
    }

    /// A terminal that takes nothing more is found out by the next output.
    private func put(_ sequence: String) {
        try? console.write(stream, Array(sequence.utf8))
    }
}
