import JobAPI
package import JobModel
import JobStore

/// A resumable sequence of events for one reader: frames, ready to be sent.
///
/// It holds a cursor and no buffer: a reader that is behind is behind in the
/// database. Its bell is hung before it looks, so that between what it has seen
/// and what it waits for nothing falls.
package struct EventFeed: ~Copyable {
    /// What comes next.
    package enum Step: Sendable {
        /// Frames, the newest id so far, and whether the stream ends there.
        case frames([UInt8], EventID, ended: Bool)
        /// Nothing new for a while.
        case beat
        /// The listener was closed.
        case closed
    }

    private let log: EventLog
    private let key: EventLog.RingKey
    private let ring: EventRing
    private let listener: Listener
    private var cursor: EventID
    /// The number of the last notice that was handed out.
    private var noticed: UInt64 = 0

    init(
        log: EventLog, key: EventLog.RingKey, ring: EventRing, cursor: EventID, listener: Listener
    ) {
        self.log = log
        self.key = key
        self.ring = ring
        self.listener = listener
        self.cursor = cursor
    }

    deinit {
        log.leave(key)
    }

    /// Waits for what comes next. Only one reader may call this.
    ///
    /// - Throws: what the store throws when a page cannot be read.
    package mutating func next() async throws -> Step {
        while true {
            if listener.isClosed { return .closed }
            let count = ring.bell.count
            let taken = ring.take(
                after: cursor, limit: Self.stepBytes, endsStream: key.scope.ends)
            switch taken {
            case .frames(let frames, let last, let ended):
                cursor = last
                if frames.isEmpty { continue }
                return .frames(frames, last, ended: ended)
            case .nothing:
                if key.isEstimated, let notice = ring.notice(at: cursor, unlike: noticed) {
                    noticed = notice.number
                    return .frames(notice.bytes, cursor, ended: false)
                }
                switch await ring.bell.wait(past: count, listener) {
                case .rung: continue
                case .beat: return .beat
                case .closed: return .closed
                }
            case .behind(let floor):
                // What it has not seen is being deleted: it asks again, and is told.
                guard let page = try await page() else { return .closed }
                guard let last = page.events.last else {
                    // Read after the floor was: there is nothing up to it.
                    cursor = max(cursor, page.lookedUpTo ?? floor)
                    continue
                }
                var frames: [UInt8] = []
                for event in page.events { key.encoding.append(event, to: &frames) }
                cursor = max(last.id, page.lookedUpTo ?? last.id)
                if case .end = last.content, key.scope.ends {
                    return .frames(frames, last.id, ended: true)
                }
                return .frames(frames, last.id, ended: false)
            }
        }
    }

    private func page() async throws -> EventPage? {
        switch key.scope {
        case .job(let job):
            try await log.store.nextEvents(of: job, after: cursor, limit: Self.pageRows)
                .map { EventPage(events: $0, lookedUpTo: nil) }
        case .all(let filter):
            try await log.store.eventPage(
                matching: filter, after: cursor, limit: Self.pageRows)
        }
    }

    /// About as much as one write should carry.
    private static let stepBytes = 32 << 10
    /// How many rows are read from the store at once.
    private static let pageRows = 100
}

extension EventScope {
    /// Whether an `end` ends the stream.
    fileprivate var ends: Bool {
        switch self {
        case .job: true
        case .all: false
        }
    }
}
