import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import JobStore
import NIOCore

/// Figures for Prometheus. Nothing is collected between two looks but counters,
/// and nothing in them names a job, its command or who submitted it.
struct MetricsRoutes: Sendable {
    let store: Store
    let requests: RequestMetrics
    let registry: StreamRegistry

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/metrics", [.get: metrics])
    }

    @Sendable private func metrics(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try context.require(.read)
        let isStorageFine = await store.writeFailure() == nil
        let figures = try await store.figures()
        var text = MetricsText()
        text.family("jobd_build_info", .gauge, "Which jobd this is; always 1.")
        text.sample(1, [("version", Version.current)])
        Self.write(figures, to: &text)
        text.only(
            "jobd_storage_ok", .gauge,
            "Whether the newest write was taken by the disk: 1, or 0.", isStorageFine ? 1 : 0)
        text.only("jobd_streams_open", .gauge, "Streams that are open.", registry.count)
        requests.write(to: &text)
        ProcessFigures().write(to: &text)
        return Response(
            status: .ok,
            headers: [.contentType: MetricsText.contentType, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text.text)))
    }

    private static func write(_ figures: StoreFigures, to text: inout MetricsText) {
        text.family("jobd_jobs", .gauge, "Jobs that have not finished, by queue and state.")
        for line in figures.lines {
            for state in JobState.allCases where !state.isFinished {
                text.sample(
                    line.jobs[state] ?? 0,
                    [("queue", line.queue.name), ("state", state.rawValue)])
            }
        }
        text.family("jobd_jobs_kept", .gauge, "Finished jobs that are still there, by state.")
        for state in JobState.allCases where state.isFinished {
            text.sample(figures.finished[state] ?? 0, [("state", state.rawValue)])
        }
        text.family("jobd_queue_slots", .gauge, "How many jobs of a queue may run at once.")
        for line in figures.lines {
            text.sample(line.queue.slots, [("queue", line.queue.name)])
        }
        text.family("jobd_queue_slots_in_use", .gauge, "How many jobs of a queue hold a slot.")
        for line in figures.lines {
            let active = line.jobs.filter { $0.key.isActive }.values.reduce(0, +)
            text.sample(active, [("queue", line.queue.name)])
        }
        text.family("jobd_queue_paused", .gauge, "Whether a queue starts nothing: 1, or 0.")
        for line in figures.lines {
            text.sample(line.queue.isPaused ? 1 : 0, [("queue", line.queue.name)])
        }
        write(figures.counts, to: &text)
        text.only(
            "jobd_events_newest_id", .gauge, "The id of the newest event there ever was.",
            figures.newestEvent.rawValue)
        text.family("jobd_database_bytes", .gauge, "Size of the database's files.")
        text.sample(figures.databaseBytes, [("file", "main")])
        text.sample(figures.logBytes, [("file", "wal")])
        text.only(
            "jobd_write_failures_total", .counter,
            "Transactions that the disk did not take.", figures.writeFailures)
    }

    private static func write(_ counts: HistoryCounts, to text: inout MetricsText) {
        text.family(
            "jobd_jobs_finished_total", .counter,
            "Jobs that finished, by what they came to and why they failed.")
        for ending in HistoryCounts.Ending.all {
            text.sample(
                counts.endings[ending] ?? 0,
                [("state", ending.state.rawValue), ("failure", ending.failure?.rawValue ?? "")])
        }
        text.only(
            "jobd_attempts_started_total", .counter, "Attempts that were given a slot.",
            counts.attempts)
        text.only("jobd_events_total", .counter, "Events that were written.", counts.events)
    }
}
