import JobModel
import Synchronization

/// The newest events of one stream, encoded once for all who read it.
///
/// Bounded: what no longer fits falls out at the old end, and a reader that was
/// still before it reads pages from the store until it is back.
final class EventRing: Sendable {
    /// What a reader gets.
    enum Taken {
        /// Frames, the cursor after them, and whether the last of them ends the
        /// stream.
        case frames([UInt8], EventID, ended: Bool)
        /// The reader has everything.
        case nothing
        /// What follows its cursor is no longer here; all after this id is.
        case behind(EventID)
    }

    private struct Entry {
        let id: EventID
        let bytes: [UInt8]
        let isEnd: Bool
    }

    /// What is not in the history and nobody resumes by.
    private struct Notice {
        /// Tells it from those before it.
        let number: UInt64
        let bytes: [UInt8]
        /// The newest event that was known when it was made: whoever has seen a newer
        /// one knows better.
        let after: EventID
    }

    private struct State {
        /// Everything after this id is in `entries`.
        var floor: EventID
        var entries: [Entry] = []
        /// How many entries at the front have fallen out; they are removed in
        /// bulk, so that dropping one costs nothing.
        var dropped = 0
        var byteCount = 0
        var notice: Notice?
        var notices: UInt64 = 0

        /// Where the first entry after `cursor` is, by bisection.
        func firstIndex(after cursor: EventID) -> Int {
            var low = dropped
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].id <= cursor { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// Rung when there are new entries.
    let bell = Bell()
    /// Only used on the log's queue: what there is to say between the events.
    let estimation = Mutex(Estimation())
    private let state: Mutex<State>
    private let capacityBytes: Int

    /// An empty ring for what comes after `floor`.
    init(after floor: EventID, capacityBytes: Int) {
        state = Mutex(State(floor: floor))
        self.capacityBytes = capacityBytes
    }

    /// Adds what is new, in order.
    func append(_ events: [Event], as encode: (Event, inout [UInt8]) -> Void) {
        guard !events.isEmpty else { return }
        var entries: [Entry] = []
        entries.reserveCapacity(events.count)
        for event in events {
            var bytes: [UInt8] = []
            encode(event, &bytes)
            var isEnd = false
            if case .end = event.content { isEnd = true }
            entries.append(Entry(id: event.id, bytes: bytes, isEnd: isEnd))
        }
        state.withLock { state in
            for entry in entries { state.byteCount += entry.bytes.count }
            state.entries += entries
            while state.byteCount > capacityBytes, state.dropped < state.entries.count {
                let oldest = state.entries[state.dropped]
                state.byteCount -= oldest.bytes.count
                state.floor = oldest.id
                state.dropped += 1
            }
            if state.dropped > 256, state.dropped * 2 > state.entries.count {
                state.entries.removeFirst(state.dropped)
                state.dropped = 0
            }
        }
        bell.ring()
    }

    /// Forgets everything up to `id`, which has not been added.
    func clear(upTo id: EventID) {
        state.withLock { $0 = State(floor: id, notices: $0.notices) }
        bell.ring()
    }

    // MARK: Between the events

    /// Shows something to those who have everything up to `newest`, from now on
    /// until there is another event or notice.
    func post(_ bytes: [UInt8], after newest: EventID) {
        state.withLock { state in
            state.notices += 1
            state.notice = Notice(number: state.notices, bytes: bytes, after: newest)
        }
        bell.ring()
    }

    /// What is shown to a reader at `cursor` that has seen the notice of this
    /// number, and its number: nil unless it is another, and the reader has
    /// everything that was known then and no more.
    func notice(at cursor: EventID, unlike seen: UInt64) -> (bytes: [UInt8], number: UInt64)? {
        state.withLock { state in
            guard let notice = state.notice, notice.number != seen, cursor >= state.floor,
                cursor <= notice.after, state.firstIndex(after: cursor) == state.entries.count
            else { return nil }
            return (notice.bytes, notice.number)
        }
    }

    // MARK: Reading

    /// What comes after `cursor`, at most about `limit` bytes at once.
    ///
    /// - Parameter endsStream: whether an `end` is this stream's last word, as it
    ///   is in a job's own stream. One that more events follow was not the last.
    func take(after cursor: EventID, limit: Int, endsStream: Bool) -> Taken {
        state.withLock { state in
            guard cursor >= state.floor else { return .behind(state.floor) }
            var index = state.firstIndex(after: cursor)
            guard index < state.entries.count else { return .nothing }
            var frames: [UInt8] = []
            var last = cursor
            var ended = false
            while index < state.entries.count, frames.count < limit {
                let entry = state.entries[index]
                index += 1
                last = entry.id
                let isLast = index == state.entries.count
                if endsStream, entry.isEnd, !isLast { continue }
                frames += entry.bytes
                ended = endsStream && entry.isEnd
            }
            return .frames(frames, last, ended: ended)
        }
    }
}
