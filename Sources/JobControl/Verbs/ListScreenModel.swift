import JobAPI

/// The jobs that a live listing shows, brought up to date by events and by pages
/// of the listing, and which of them are in view. Pure: no clock and no daemon.
struct ListScreenModel {
    /// The states that the listing is about; empty for all.
    let states: Set<JobResource.State>
    /// How many jobs there may be; more than that, and the oldest go.
    let limit: Int

    /// Why nothing comes from the daemon; nil while it is there.
    var outage: String?
    /// The first job in view, counted from the top.
    private(set) var offset = 0
    private var jobs: [Int64: JobResource] = [:]
    private var order: [Int64] = []

    init(states: Set<JobResource.State> = [], limit: Int = .max) {
        self.states = states
        self.limit = limit
    }

    /// How many jobs there are.
    var count: Int { order.count }

    /// All jobs, in no order.
    var all: some Collection<JobResource> { jobs.values }

    /// Whether something changes by itself as time goes by.
    var isMoving: Bool {
        jobs.values.contains { job in
            job.state == .running || job.state == .waiting && job.eligibleAt != nil
        }
    }

    /// The jobs in view on so many lines: those that run first, then the others,
    /// the newest first.
    func visible(_ lines: Int) -> [JobResource] {
        let start = min(offset, furthest(lines))
        return order[start...].prefix(max(0, lines)).compactMap { jobs[$0] }
    }

    /// The places of the first and the last job in view, from 1; nil when none is.
    func range(_ lines: Int) -> ClosedRange<Int>? {
        guard lines > 0, count > 0 else { return nil }
        let start = min(offset, furthest(lines))
        return (start + 1)...min(start + lines, count)
    }

    // MARK: Changes

    /// Starts anew with these jobs.
    mutating func replace(with jobs: [JobResource]) {
        self.jobs = Dictionary(jobs.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        sort()
    }

    /// Takes an event.
    ///
    /// - Returns: Whether the job has to be asked for, since there is more to know
    ///   of it than the event told.
    mutating func apply(_ event: EventResource) -> Bool {
        let state = event.content.state
        guard let job = jobs[event.job] else {
            // News of a job that is not listed: it may be new, or be listed now.
            return state.map(isWanted) ?? false
        }
        // What a page was read after is in it already.
        guard event.id > job.cursor else { return false }
        jobs[event.job]?.apply(event)
        guard let state else { return false }
        guard isWanted(state) else {
            jobs[event.job] = nil
            sort()
            return false
        }
        if isActive(job.state) != isActive(state) { sort() }
        return true
    }

    /// Takes a part of the listing: all jobs of these ids that are to be listed.
    mutating func merge(_ found: [JobResource], asked ids: ClosedRange<Int64>, changed: Set<Int64>)
    {
        let found = found.filter { ids.contains($0.id) }
        for job in found { jobs[job.id] = job }
        let listed = Set(found.map(\.id))
        for id in changed where ids.contains(id) && !listed.contains(id) { jobs[id] = nil }
        sort()
    }

    /// Moves the view.
    mutating func scroll(_ key: ListScreenKey, lines: Int) {
        let page = max(1, lines - 1)
        let start = min(offset, furthest(lines))
        let wanted =
            switch key {
            case .up: start - 1
            case .down: start + 1
            case .pageUp: start - page
            case .pageDown: start + page
            case .home: 0
            case .end: Int.max
            case .quit, .redraw: start
            }
        offset = max(0, min(wanted, furthest(lines)))
    }

    private func furthest(_ lines: Int) -> Int { max(0, order.count - max(0, lines)) }

    private func isWanted(_ state: JobResource.State) -> Bool {
        states.isEmpty || states.contains(state)
    }

    private func isActive(_ state: JobResource.State) -> Bool {
        state == .running || state == .paused
    }

    private mutating func sort() {
        if jobs.count > limit {
            // What runs stays, however old it is.
            let ids = jobs.values.filter { !isActive($0.state) }.map(\.id).sorted()
            for id in ids.prefix(jobs.count - limit) { jobs[id] = nil }
        }
        let active = jobs.values.filter { isActive($0.state) }.map(\.id).sorted(by: >)
        let others = jobs.values.filter { !isActive($0.state) }.map(\.id).sorted(by: >)
        order = active + others
    }
}

extension EventResource.Content {
    /// The state that a job is in after this; nil when it tells of none.
    fileprivate var state: JobResource.State? {
        switch self {
        case .state(let state): state
        case .end(let end): end.state
        case .progress, .action: nil
        }
    }
}
