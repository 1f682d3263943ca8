import JobAPI
import JobClient

/// Keeps a live listing up to date until its user leaves.
struct ListScreenSession {
    let client: Client
    /// What is listed.
    let query: JobQuery
    /// How many jobs at most.
    let limit: Int
    let screen: ListScreen
    let terminal: ListScreenTerminal
    /// Tell that the stream has lost its daemon.
    let outages: ListScreenOutages

    /// How long the jobs that have changed are gathered before they are asked for.
    private static let gathering = Duration.milliseconds(200)
    /// How long the listing is left to its events: what changes without one, as
    /// when jobs are deleted, is seen after this time.
    private static let reloading = Duration.seconds(30)
    /// Between two looks whether the daemon is back.
    private static let patience = Duration.seconds(1)

    /// Shows the listing.
    ///
    /// - Returns: What to exit with.
    /// - Throws: `ClientError` when there is no daemon at the start, or it refuses.
    func run() async throws -> Int32 {
        // Found out before the terminal is taken over, so that it can be told.
        let loaded = try await load()
        try await screen.load(loaded.jobs)
        do {
            try await screen.enter()
            let status = try await follow(after: loaded.cursor)
            await screen.leave()
            return status
        } catch {
            await screen.leave()
            throw error
        }
    }

    private func follow(after cursor: Int64) async throws -> Int32 {
        try await withThrowingTaskGroup(of: Int32.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await number in Interrupts.signals() { return ExitStatus.signalBase + number }
                throw CancellationError()
            }
            group.addTask {
                for await notice in terminal.notices() {
                    if let status = try await screen.handle(notice) { return status }
                }
                throw CancellationError()
            }
            group.addTask {
                for await bytes in terminal.keys() where try await screen.press(bytes) { return 0 }
                // A terminal that is gone sends no more keys.
                try Task.checkCancellation()
                return ExitStatus.signalBase + 1
            }
            group.addTask { try await followDaemon(after: cursor) }
            group.addTask { try await refresh() }
            group.addTask {
                while true {
                    // Times that are shown in seconds change once in each.
                    try await Task.sleep(for: .seconds(1))
                    try await screen.tick()
                }
            }
            return try await group.next() ?? 0
        }
    }

    // MARK: The daemon

    /// Follows the events, and starts anew whenever the daemon has been away or
    /// the listing is due to be looked at as a whole.
    private func followDaemon(after start: Int64) async throws -> Int32 {
        var cursor: Int64? = start
        while true {
            do {
                if cursor == nil {
                    let loaded = try await load()
                    try await screen.load(loaded.jobs)
                    cursor = loaded.cursor
                }
                let lost = try await receive(after: cursor)
                cursor = nil
                if let lost {
                    try await screen.lost(lost.reason)
                    try await Task.sleep(for: min(lost.retryIn, .seconds(30)))
                }
            } catch let error as ClientError where error.isPassing {
                cursor = nil
                try await screen.lost(error.reason)
                try await Task.sleep(for: Self.patience)
            }
        }
    }

    /// Receives events until the stream loses its daemon (how is the result), the
    /// daemon begins again, or it is time to look at the whole (nil).
    private func receive(after cursor: Int64?) async throws -> ListScreenOutages.Outage? {
        let news = outages.listen()
        return try await withThrowingTaskGroup(of: ListScreenOutages.Outage?.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                // A change of state takes a job out of the listing or into it, so
                // changes to all states are wanted.
                let scope = JobQuery(
                    queue: query.queue, labels: query.labels, owner: query.owner)
                for try await element in client.events(matching: scope, after: cursor) {
                    switch element {
                    case .event(let event): try await screen.receive(event.value)
                    // Not in this stream: the listing lets them go on by itself.
                    case .estimate: continue
                    case .reset: return nil
                    }
                }
                return nil
            }
            group.addTask {
                for await outage in news { return outage }
                throw CancellationError()
            }
            group.addTask {
                try await Task.sleep(for: Self.reloading)
                return nil
            }
            return try await group.next() ?? nil
        }
    }

    /// The whole listing, and the event that it stands at.
    private func load() async throws -> (jobs: [JobResource], cursor: Int64) {
        // Ids become visible in their order, so a page has everything up to the
        // newest event in it. What is read after it has that too.
        let newest = try await client.jobs(JobQuery(limit: 100)).value.jobs
        let cursor = newest.map(\.cursor).max() ?? 0
        let listing = try await JobListing.fetch(query, limit: limit, from: client)
        var jobs = listing.jobs
        if listing.hasMore {
            // What runs is listed, however many newer jobs wait behind it.
            var active = query
            let states = query.state.map { Set($0.split(separator: ",").map(String.init)) }
            active.state = ["running", "paused"].filter { states?.contains($0) ?? true }
                .joined(separator: ",")
            if active.state?.isEmpty == false {
                let running = try await JobListing.fetch(
                    active, limit: JobQuery.maximumLimit, from: client)
                jobs += running.jobs
            }
        }
        return (jobs, cursor)
    }

    /// Asks for the jobs that have changed: those that the listing is about come
    /// back, with all that there is to know.
    private func refresh() async throws -> Int32 {
        for await _ in screen.changes {
            let changed = await screen.takeChanged()
            for ids in ListScreenRanges.ranges(of: changed) {
                var query = query
                query.before = ids.upperBound + 1
                query.limit = ids.count
                do {
                    let page = try await client.jobs(query)
                    try await screen.merge(page.value.jobs, asked: ids, changed: changed)
                } catch let error as ClientError where error.isPassing {
                    // Whoever follows the events finds out, too, and starts anew.
                    continue
                }
            }
            try await Task.sleep(for: Self.gathering)
        }
        throw CancellationError()
    }
}

extension ClientError {
    /// Whether it is worth waiting for.
    fileprivate var isPassing: Bool {
        switch self {
        // A daemon that starts makes its socket before it sets the mode.
        case .unreachable, .interrupted, .notPermitted: true
        case .problem(let problem): problem.status >= 500 || problem.status == 429
        case .protocolViolation: false
        }
    }

    fileprivate var reason: String {
        switch self {
        case .unreachable(_, let reason), .interrupted(_, let reason): reason
        case .notPermitted, .problem, .protocolViolation: description
        }
    }
}
