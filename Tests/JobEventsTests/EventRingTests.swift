import JobModel
import JobTestSupport
import Testing

@testable import JobEvents

/// The newest frames of a stream, kept once for all its readers.
@Suite struct EventRingTests {
    private func event(_ id: Int64, isEnd: Bool = false) -> Event {
        Event(
            id: EventID(rawValue: id), job: JobID(rawValue: 1), time: Timestamp(microseconds: 0),
            attempt: 1,
            content: isEnd ? .end(Event.End(state: .succeeded)) : .state(.running))
    }

    /// Each frame is its event's id and a comma, as often as the id says.
    private func append(_ events: [Event], to ring: EventRing, width: Int = 1) {
        ring.append(events) { event, bytes in
            for _ in 0..<width { bytes += Array("\(event.id),".utf8) }
        }
    }

    private func text(_ ids: some Sequence<Int64>) -> String {
        ids.map { "\($0)," }.joined()
    }

    /// What a reader gets: the text, its next cursor, and whether that is all.
    private func take(
        _ ring: EventRing, _ cursor: Int64, limit: Int = 1 << 20, endsStream: Bool = true
    ) -> String {
        switch ring.take(
            after: EventID(rawValue: cursor), limit: limit, endsStream: endsStream)
        {
        case .frames(let frames, let last, let ended):
            "\(String(decoding: frames, as: UTF8.self)) →\(last)\(ended ? " end" : "")"
        case .nothing: "nothing"
        case .behind(let floor): "behind \(floor)"
        }
    }

    @Test func anEmptyRingHasNothing() {
        let ring = EventRing(after: EventID(rawValue: 10), capacityBytes: 100)
        #expect(take(ring, 9) == "behind 10")
        #expect(take(ring, 10) == "nothing")
        #expect(take(ring, 11) == "nothing")
        append([], to: ring)
        #expect(take(ring, 10) == "nothing")
        #expect(ring.bell.count == 0)
    }

    @Test func everyReaderGetsWhatFollowsItsCursor() {
        let ring = EventRing(after: EventID(rawValue: 10), capacityBytes: 1000)
        // A job's own ids have gaps.
        append([event(12), event(15)], to: ring)
        append([event(20)], to: ring)
        #expect(ring.bell.count == 2)
        #expect(take(ring, 9) == "behind 10")
        for cursor: Int64 in [10, 11] { #expect(take(ring, cursor) == "12,15,20, →20") }
        for cursor: Int64 in [12, 13, 14] { #expect(take(ring, cursor) == "15,20, →20") }
        for cursor: Int64 in [15, 19] { #expect(take(ring, cursor) == "20, →20") }
        for cursor: Int64 in [20, 21] { #expect(take(ring, cursor) == "nothing") }
    }

    @Test func givesAboutAsMuchAsAskedFor() {
        let ring = EventRing(after: .beginning, capacityBytes: 1000)
        append((1...9).map { event($0) }, to: ring)
        #expect(take(ring, 0, limit: 1) == "1, →1")
        #expect(take(ring, 1, limit: 2) == "2, →2")
        #expect(take(ring, 2, limit: 3) == "3,4, →4")
        #expect(take(ring, 4, limit: 100) == "5,6,7,8,9, →9")
    }

    @Test func whatNoLongerFitsFallsOut() {
        let ring = EventRing(after: .beginning, capacityBytes: 6)
        append((1...3).map { event($0) }, to: ring)
        #expect(take(ring, 0) == "1,2,3, →3")
        append([event(4)], to: ring)
        #expect(take(ring, 0) == "behind 1")
        #expect(take(ring, 1) == "2,3,4, →4")
        append((5...9).map { event($0) }, to: ring)
        #expect(take(ring, 5) == "behind 6")
        #expect(take(ring, 6) == "7,8,9, →9")
    }

    @Test func oneFrameThatDoesNotFitIsReadFromTheStore() {
        let ring = EventRing(after: .beginning, capacityBytes: 6)
        append([event(1)], to: ring)
        append([event(2)], to: ring, width: 10)
        #expect(take(ring, 0) == "behind 2")
        #expect(take(ring, 1) == "behind 2")
        #expect(take(ring, 2) == "nothing")
        append([event(3)], to: ring)
        #expect(take(ring, 2) == "3, →3")
    }

    @Test func theLastEndEndsAJobsStream() {
        let ring = EventRing(after: .beginning, capacityBytes: 1000)
        append([event(1), event(2, isEnd: true)], to: ring)
        #expect(take(ring, 0) == "1,2, →2 end")
        #expect(take(ring, 1) == "2, →2 end")
        #expect(take(ring, 0, limit: 1) == "1, →1")
        #expect(take(ring, 0, endsStream: false) == "1,2, →2")
    }

    @Test func anEndThatWasNotTheLastIsLeftOut() {
        let ring = EventRing(after: .beginning, capacityBytes: 1000)
        append([event(1), event(2, isEnd: true), event(3)], to: ring)
        #expect(take(ring, 0) == "1,3, →3")
        #expect(take(ring, 0, limit: 3) == "1,3, →3")
        #expect(take(ring, 0, limit: 1) == "1, →1")
        #expect(take(ring, 1, limit: 1) == "3, →3")
        append([event(4, isEnd: true)], to: ring)
        #expect(take(ring, 0) == "1,3,4, →4 end")
        #expect(take(ring, 0, endsStream: false) == "1,2,3,4, →4")
    }

    /// Against a plain array, with more than enough to be cleared in bulk.
    @Test func agreesWithAnArray() throws {
        var random = SeededGenerator()
        for capacity in [0, 1, 50, 2000, 10_000] {
            let ring = EventRing(after: .beginning, capacityBytes: capacity)
            // As many of the newest as fit, and the id before them.
            var kept: [Int64] = []
            var bytes = 0
            var floor: Int64 = 0
            var newest: Int64 = 0
            for _ in 0..<300 {
                var batch: [Int64] = []
                for _ in 0..<Int.random(in: 0...20, using: &random) {
                    newest += Int64.random(in: 1...3, using: &random)
                    batch.append(newest)
                }
                append(batch.map { event($0) }, to: ring)
                kept += batch
                bytes += text(batch).utf8.count
                while bytes > capacity {
                    floor = kept.removeFirst()
                    bytes -= text([floor]).utf8.count
                }

                let cursor = Int64.random(in: max(0, floor - 3)...newest, using: &random)
                let following = kept.filter { $0 > cursor }
                let expected =
                    cursor < floor
                    ? "behind \(floor)"
                    : following.last.map { "\(text(following)) →\($0)" } ?? "nothing"
                try #require(take(ring, cursor) == expected, "seed \(random.seed)")
            }
        }
    }

    // MARK: Notices

    @Test func aNoticeIsForThoseWhoHaveEverything() {
        let ring = EventRing(after: EventID(rawValue: 10), capacityBytes: 1000)
        func seen(_ cursor: Int64, unlike number: UInt64 = 0) -> [UInt8]? {
            ring.notice(at: EventID(rawValue: cursor), unlike: number)?.bytes
        }
        #expect(seen(10) == nil)
        let count = ring.bell.count
        ring.post([1], after: EventID(rawValue: 12))
        #expect(ring.bell.count > count)
        // Nothing of this ring's lies between 10 and 12.
        for cursor in 10...12 as ClosedRange<Int64> { #expect(seen(cursor) == [1]) }
        // It has yet to read pages, or knows more than was known then.
        #expect(seen(9) == nil && seen(13) == nil)
        #expect(seen(12, unlike: 1) == nil)
        ring.post([2], after: EventID(rawValue: 12))
        #expect(seen(12, unlike: 1) == [2])
        // What has happened since comes first, and may have made it wrong.
        append([event(13)], to: ring)
        for cursor in 10...14 as ClosedRange<Int64> { #expect(seen(cursor) == nil) }
        ring.post([3], after: EventID(rawValue: 13))
        #expect(seen(12) == nil && seen(13) == [3])
        ring.clear(upTo: EventID(rawValue: 20))
        #expect(seen(20) == nil)
        ring.post([4], after: EventID(rawValue: 20))
        #expect(ring.notice(at: EventID(rawValue: 20), unlike: 3)?.number == 4)
    }
}
