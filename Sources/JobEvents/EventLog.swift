package import Dispatch
package import JobAPI
package import JobModel
package import JobStore
import Synchronization

/// Follows the history as it grows and keeps the rings that streams read from.
///
/// One reader for the whole daemon: after a commit it reads the new rows once,
/// whatever the number of streams, encodes each for the streams that want it,
/// and rings their bells. While nobody streams it reads nothing.
package final class EventLog: Sendable {
    /// What streams share a ring.
    struct RingKey: Hashable {
        let scope: EventScope
        let encoding: EventEncoding
        /// Whether its readers are told between the events how far the job may be.
        let isEstimated: Bool
    }

    private struct State {
        var rings: [RingKey: (ring: EventRing, readers: Int)] = [:]
        var isFollowScheduled = false
    }

    let store: Store
    private let state = Mutex(State())
    /// The follower's own thread of control: it may block on the database.
    let queue = DispatchQueue(label: "jobd.event-log")
    /// Only used on `queue`: the newest event that the rings have seen.
    let tail = Mutex(EventID.beginning)
    /// Only used on `queue`: for when the timer of the estimates is set, if it is.
    let estimateTimer = Mutex<DispatchTime?>(nil)
    /// The least time between two estimates in one stream.
    let estimateInterval: DispatchTimeInterval

    /// - Parameter estimateInterval: the least time between two estimates in one
    ///   stream.
    package init(store: Store, estimateInterval: DispatchTimeInterval = .seconds(1)) {
        self.store = store
        self.estimateInterval = estimateInterval
    }

    /// Says that there may be new events. Costs next to nothing while nobody
    /// streams.
    package func ring() {
        let mustSchedule = state.withLock { state in
            guard !state.rings.isEmpty, !state.isFollowScheduled else { return false }
            state.isFollowScheduled = true
            return true
        }
        if mustSchedule { queue.async { self.follow() } }
    }

    /// Wakes every stream, so that it shows it is alive.
    package func beat() {
        for ring in state.withLock({ $0.rings.values.map(\.ring) }) { ring.bell.beat() }
    }

    /// A reader of `scope` that has received everything up to `cursor`.
    ///
    /// - Parameter isEstimated: whether it is told between the events of a job that
    ///   tells nothing of its progress how far that may be. It costs a look into
    ///   the database at the beginning and with each attempt.
    package func feed(
        of scope: EventScope, as encoding: EventEncoding, after cursor: EventID,
        isEstimated: Bool = false, listener: Listener
    ) async throws -> EventFeed {
        let key = RingKey(scope: scope, encoding: encoding, isEstimated: isEstimated)
        let ring = try await join(key)
        return EventFeed(log: self, key: key, ring: ring, cursor: cursor, listener: listener)
    }

    /// Finds or makes the ring of `key` and counts one reader more.
    private func join(_ key: RingKey) async throws -> EventRing {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in
                continuation.resume(with: Result { try joinOnQueue(key) })
            }
        }
    }

    private func joinOnQueue(_ key: RingKey) throws -> EventRing {
        let existing = state.withLock { state -> EventRing? in
            state.rings[key]?.readers += 1
            return state.rings[key]?.ring
        }
        if let existing { return existing }
        // Whatever is committed after this read is found by `follow`, which runs
        // on this queue too: `ring` is let through as soon as the ring is known,
        // and one look is scheduled here for what came in between.
        let isFirst = state.withLock { $0.rings.isEmpty }
        if isFirst {
            let newest = try store.newestEventBlocking()
            tail.withLock { $0 = newest }
        }
        let ring = EventRing(after: tail.withLock { $0 }, capacityBytes: Self.ringBytes)
        state.withLock { $0.rings[key] = (ring, 1) }
        self.ring()
        if key.isEstimated { beginEstimating(key, ring) }
        return ring
    }

    /// Does something with all that is read at present.
    func forEachRing(_ body: (RingKey, EventRing) -> Void) {
        for (key, entry) in state.withLock({ $0.rings }) { body(key, entry.ring) }
    }

    /// Counts one reader less.
    func leave(_ key: RingKey) {
        state.withLock { state in
            guard let entry = state.rings[key] else { return }
            if entry.readers == 1 {
                state.rings[key] = nil
            } else {
                state.rings[key]?.readers -= 1
            }
        }
    }

    /// Reads what is new and hands it to the rings; on `queue`.
    private func follow() {
        while true {
            let rings = state.withLock { state in
                state.isFollowScheduled = false
                return state.rings
            }
            if rings.isEmpty { return }
            let after = tail.withLock { $0 }
            let page: [Event]
            do {
                page = try store.eventsBlocking(
                    matching: EventFilter(), after: after, limit: Self.pageRows)
            } catch {
                // The rows are in the database; the next bell or beat finds them.
                retryLater()
                return
            }
            guard let last = page.last else { return }
            tail.withLock { $0 = last.id }
            for (key, entry) in rings { extend(entry.ring, key, with: page, after: after) }
            if page.count < Self.pageRows { return }
        }
    }

    private func extend(
        _ ring: EventRing, _ key: RingKey, with page: [Event], after: EventID
    ) {
        let encoding = key.encoding
        switch key.scope {
        case .job(let job):
            let own = page.filter { $0.job == job }
            ring.append(own) { encoding.append($0, to: &$1) }
            if key.isEstimated { reviseEstimate(key, ring, after: own) }
        case .all(let filter) where filter.isEmpty:
            ring.append(page) { encoding.append($0, to: &$1) }
        case .all(let filter):
            guard let last = page.last else { return }
            do {
                let admitted = try store.eventsBlocking(
                    matching: filter, after: after, upTo: last.id, limit: page.count)
                ring.append(admitted) { encoding.append($0, to: &$1) }
            } catch {
                // Its readers read pages, and are told what is wrong; the other
                // rings have taken this page and go on.
                ring.clear(upTo: last.id)
            }
        }
    }

    /// After a read that failed (out of descriptors or memory, say).
    private func retryLater() {
        queue.asyncAfter(deadline: .now() + .milliseconds(200)) { self.ring() }
    }

    /// How much of a stream's newest part is kept for all its readers.
    static let ringBytes = 256 << 10
    /// How many rows are read at once.
    static let pageRows = 1000
}
