import JobAPI
import JobClient

/// What `jobctl watch` shows: a line for each job, kept up to date on a terminal,
/// and printed again with each change elsewhere.
actor WatchScreen {
    private let console: Console
    private let isJSON: Bool
    private let region: LiveRegion?
    private let progress: TerminalProgress?
    /// Whether there was anything to wait for.
    private var hasBegun = false
    private var order: [Int64] = []
    private var jobs: [Int64: JobResource] = [:]
    /// What was news last for each job, since saying it again says nothing.
    private var printed: [Int64: String] = [:]

    init(console: Console, isJSON: Bool) {
        self.console = console
        self.isJSON = isJSON
        region =
            console.outputIsTerminal && !isJSON
            ? LiveRegion(console: console, on: .stdout) : nil
        progress = isJSON ? nil : TerminalProgress(console: console, on: .stdout)
    }

    /// Starts with these jobs.
    func begin(_ jobs: [JobResource]) async throws {
        order = jobs.map(\.id)
        hasBegun = jobs.contains { !$0.state.isFinished }
        for job in jobs {
            self.jobs[job.id] = job
            if !job.state.isFinished { try printIfNew(job) }
        }
        await draw()
    }

    /// Shows what a job's stream brought.
    func show(_ element: JobEvents.Element, of id: Int64) async throws {
        switch element {
        case .event(let event):
            if isJSON { return try console.line(event.json) }
            jobs[id]?.apply(event.value)
        case .estimate(let estimate):
            if isJSON { return try console.line(estimate.json) }
            jobs[id]?.apply(estimate.value)
        case .reset(let job):
            if isJSON { return try console.line(JobsDocument.reset(job.json)) }
            if let job = job.value { jobs[id] = job }
        }
        // The end is told by the job itself, which knows more.
        if let job = jobs[id], !job.state.isFinished { try printIfNew(job) }
        await draw()
    }

    /// Shows how a job ended.
    func conclude(_ job: JobResource) async throws {
        jobs[job.id] = job
        try printIfNew(job)
        await draw()
    }

    /// Tells the user something.
    func note(_ text: String) async {
        if let region { await region.note(text) } else { console.note(text) }
    }

    /// Leaves the last lines standing, and nothing else. Nothing happens when it is
    /// called again.
    func end() async {
        await progress?.end()
        await region?.settle()
    }

    private func printIfNew(_ job: JobResource) throws {
        guard region == nil, !isJSON else { return }
        // Of an estimate the time left changes all the time: that is not news.
        var news = job
        if job.progress?.isEstimate == true { news.progress?.etaSeconds = nil }
        let line = PlainLine.line(news)
        guard printed[job.id] != line else { return }
        printed[job.id] = line
        try console.line(PlainLine.line(job))
    }

    private func draw() async {
        guard let region else { return }
        let columns = console.size().columns
        let jobs = order.compactMap { self.jobs[$0] }
        let lines = jobs.map {
            LiveLine.line($0, columns: columns, isUnicode: console.isUnicode)
        }
        await region.show(lines)
        if hasBegun { await progress?.show(TerminalProgressState(jobs)) }
    }
}
