import JobAPI
import JobClient

/// What `jobctl run` shows: the job's output, and a bar below it on a terminal.
actor RunScreen {
    private let console: Console
    private let isJSON: Bool
    private let region: LiveRegion?
    private let progress: TerminalProgress?
    private var isCleared = false

    /// Whether there is a bar to be kept up to date.
    nonisolated let hasBar: Bool

    init(console: Console, isJSON: Bool) {
        self.console = console
        self.isJSON = isJSON
        hasBar = console.errorIsTerminal && !isJSON
        region = hasBar ? LiveRegion(console: console, on: .stderr) : nil
        progress = isJSON ? nil : TerminalProgress(console: console, on: .stderr)
    }

    /// Writes a piece of output to where the job wrote it.
    func show(_ piece: Received<OutputResource>) async throws {
        if isJSON {
            try console.line(piece.json)
        } else if let region {
            try await region.write(piece.value.bytes, to: piece.value.stream)
        } else {
            try console.write(piece.value.stream, piece.value.bytes)
        }
    }

    /// Draws the bar.
    func show(_ job: JobResource) async {
        guard let region, !isCleared else { return }
        let line = LiveLine.line(
            job, columns: console.size().columns, isUnicode: console.isUnicode)
        await region.show(job.state.isFinished ? [] : [line])
        await progress?.show(TerminalProgressState([job]))
    }

    /// Tells the user something.
    func note(_ text: String) async {
        if let region { await region.note(text) } else { console.note(text) }
    }

    /// Takes the bar away for good.
    func clear() async {
        isCleared = true
        await progress?.end()
        await region?.clear()
    }

    /// The job's end: an exit code speaks for itself, anything else is told.
    func conclude(_ job: Received<JobResource>) async throws {
        if isJSON { return try console.line(job.json) }
        switch (job.value.state, job.value.failure) {
        case (.succeeded, _), (.failed, JobResource.Failure.exit?): break
        default: await note("job \(job.value.id) \(JobText.standing(job.value))")
        }
    }
}
