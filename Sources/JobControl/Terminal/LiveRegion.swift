import JobAPI

/// Lines at the bottom of a terminal that are drawn over and over, with ordinary
/// output above them.
actor LiveRegion {
    private let console: Console
    private let stream: OutputResource.Stream
    private let interval: Duration
    private var lines: [StyledLine] = []
    /// How many lines are on the terminal now.
    private var drawn = 0
    /// What they say there.
    private var drawnText = ""
    private var isDue = false
    private var lastDrawing: ContinuousClock.Instant?
    /// Whether the cursor is where a line begins, apart from what is drawn here.
    private var isAtLineStart = true

    /// A region on this stream, which must be a terminal.
    ///
    /// - Parameter interval: The least time between two drawings.
    init(console: Console, on stream: OutputResource.Stream, interval: Duration = .milliseconds(50))
    {
        self.console = console
        self.stream = stream
        self.interval = interval
    }

    /// Shows these lines instead of those before, now or in a moment.
    func show(_ lines: [StyledLine]) {
        self.lines = lines
        let now = ContinuousClock.now
        if let lastDrawing, now - lastDrawing < interval {
            guard !isDue else { return }
            isDue = true
            let rest = interval - (now - lastDrawing)
            Task {
                // Drawing early, when the process is ending, does no harm.
                try? await Task.sleep(for: rest)
                drawIfDue()
            }
        } else {
            draw()
        }
    }

    /// Writes something above the lines.
    func write(_ bytes: [UInt8], to destination: OutputResource.Stream) throws {
        // What does not go to a terminal does not move the cursor.
        guard console.isTerminal(destination) else {
            return try console.write(destination, bytes)
        }
        erase()
        try console.write(destination, bytes)
        if let last = bytes.last { isAtLineStart = last == UInt8(ascii: "\n") }
        draw()
    }

    /// Tells the user something, above the lines.
    func note(_ text: String) {
        erase()
        breakLine()
        console.note(text)
        draw()
    }

    /// Takes the lines away for good.
    func clear() {
        isDue = false
        lines = []
        erase()
    }

    /// Leaves the lines standing, and the cursor below them.
    func settle() {
        isDue = false
        draw()
        if drawn > 0 { put("\n") }
        drawn = 0
        lines = []
    }

    private func drawIfDue() {
        guard isDue else { return }
        isDue = false
        draw()
    }

    private func breakLine() {
        guard !isAtLineStart else { return }
        isAtLineStart = true
        put("\n")
    }

    private func draw() {
        // A command's unfinished line is not to be written over.
        guard isAtLineStart else { return }
        lastDrawing = .now
        let size = console.size()
        let style = console.style(on: stream)
        // The last column stays free: some terminals wrap when it is written to.
        var texts = lines.prefix(size.rows).map { line in
            line.rendered(columns: size.columns - 1, style: style)
        }
        if lines.count > size.rows {
            texts[texts.count - 1] =
                "\(style.isUnicode ? "…" : "...") and \(lines.count - size.rows + 1) more"
        }
        // Over what is there, erasing only what remains: nothing flickers.
        let text = texts.map { "\($0)\u{1B}[K" }.joined(separator: "\n")
        guard drawn == 0 || text != drawnText else { return }
        put(homeSequence + text + (drawn > texts.count ? "\u{1B}[J" : ""))
        drawn = texts.count
        drawnText = text
    }

    /// ECMA-48: ED, from the first line's start.
    private func erase() {
        guard drawn > 0 else { return }
        put(homeSequence + "\u{1B}[J")
        drawn = 0
    }

    /// ECMA-48: CUU, up to the first line, and CR, to its start.
    private var homeSequence: String {
        guard drawn > 0 else { return "" }
        return (drawn > 1 ? "\u{1B}[\(drawn - 1)A" : "") + "\r"
    }

    /// A terminal that takes nothing more is found out by the next output.
    private func put(_ text: String) {
        guard !text.isEmpty else { return }
        try? console.write(stream, Array(text.utf8))
    }
}
