import Hummingbird
import JobAPI
import JobEvents
import JobModel
import JobStore
import NIOCore

/// Answers that come when a job has finished.
struct JobWaiting: Sendable {
    let store: Store
    let log: EventLog
    let registry: StreamRegistry
    /// How long a write may make no headway before the connection is cut.
    let stall: TimeAmount

    /// The job when it has finished, when `seconds` are over, or when the daemon
    /// stops: as it then is. It counts as a stream; when there are too many, there
    /// is no waiting.
    func outcome(
        of job: Job, within seconds: Double, _ context: JobRequestContext
    ) async throws -> Job {
        let listener = Listener()
        guard !job.state.isFinished, seconds > 0, registry.admit(listener, context) else {
            return job
        }
        defer { registry.remove(listener) }
        let (channel, connection) = (context.channel, context.connection)
        let timer = channel.eventLoop.scheduleTask(
            in: .microseconds(Int64(seconds * 1_000_000))
        ) { listener.close() }
        defer { timer.cancel() }
        // A client that goes away needs no answer.
        let stall = self.stall
        let watching = channel.eventLoop.submit {
            let watch = ConnectionWatch(listener: listener, connection: connection, stall: stall)
            try channel.pipeline.syncOperations.addHandler(watch, position: .first)
            return NIOLoopBound(watch, eventLoop: channel.eventLoop)
        }
        // It fails when the connection is closed already.
        guard let watch = try? await watching.get() else { return job }
        defer {
            channel.eventLoop.execute {
                channel.pipeline.syncOperations.removeHandler(watch.value, promise: nil)
            }
        }
        var feed = try await log.feed(
            of: .job(job.id), as: .jsonLines, after: job.cursor, listener: listener)
        waiting: while true {
            switch try await feed.next() {
            case .frames(_, _, ended: false), .beat: continue
            case .frames(_, _, ended: true), .closed: break waiting
            }
        }
        return try await store.job(job.id) ?? job
    }
}
