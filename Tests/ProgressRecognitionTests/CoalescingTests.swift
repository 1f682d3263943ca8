import JobModel
import ProgressRecognition
import Testing

@Suite struct CoalescingTests {
    /// Percentages printed at milliseconds, interval 100; what is stored, as
    /// percentage at milliseconds, with no flush and the end at `end`.
    struct Case: CustomStringConvertible {
        var printed: [(percent: Int, at: Int64)]
        var stored: [(percent: Int, at: Int64)]
        var description: String { "\(printed)" }
    }

    static let cases: [Case] = [
        Case(printed: [(1, 0)], stored: [(1, 0)]),
        Case(printed: [(1, 0), (2, 100), (3, 200)], stored: [(1, 0), (2, 100), (3, 200)]),
        // Closer together: the newest, once the interval is over.
        Case(printed: [(1, 0), (2, 50), (3, 99)], stored: [(1, 0), (3, 99)]),
        Case(printed: [(1, 0), (2, 50), (3, 99), (4, 100)], stored: [(1, 0), (3, 99), (4, 100)]),
        // The slot of the held one begins when it was due, not when it was read.
        Case(
            printed: [(1, 0), (2, 90), (3, 110), (4, 190), (5, 210)],
            stored: [(1, 0), (2, 90), (4, 190), (5, 210)]),
        Case(printed: [(1, 0), (2, 50), (3, 500)], stored: [(1, 0), (2, 50), (3, 500)]),
        // The same again is no update, and does not delay the next one.
        Case(printed: [(1, 0), (1, 100), (2, 150)], stored: [(1, 0), (2, 150)]),
        Case(printed: [(1, 0), (2, 50), (2, 60), (1, 70)], stored: [(1, 0)]),
        // A clock that is set back holds nothing up.
        Case(
            printed: [(1, 5000), (2, 1000), (3, 1050), (4, 1100)],
            stored: [(1, 5000), (2, 1000), (3, 1050), (4, 1100)]),
    ]

    @Test(arguments: cases)
    func table(_ table: Case) {
        let rows = record(
            table.printed.map { Frame("\($0.percent)%\n", at: $0.at) }, interval: 100)
        #expect(rows.map(\.progress.fraction) == table.stored.map { Double($0.percent) / 100 })
        #expect(rows.map(\.at) == table.stored.map { .milliseconds($0.at) })
    }

    @Test func manyLinesInOneFrameAreOneUpdate() {
        let text = (0...100).map { "\($0)%\n" }.joined()
        #expect(record([Frame(text)], interval: 100).map(\.progress.fraction) == [1])
        #expect(record([Frame(text)], interval: 0).count == 101)
    }

    @Test func timesOfRowsAreDistinct() {
        let text = (0...100).map { "\($0)%\n" }.joined()
        let times = record([Frame(text), Frame(text)], interval: 0).map(\.at)
        #expect(times.count == 202)
        #expect(Set(times).count == 202)
        #expect(times == times.sorted())
    }

    @Test func aHeldReadingIsFlushedWhenDue() {
        var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
        #expect(tracker.rows(Frame("1%\n", at: 0)).count == 1)
        #expect(tracker.due == nil)
        #expect(tracker.rows(Frame("2%\n", at: 30)).isEmpty)
        #expect(tracker.due == .milliseconds(100))
        #expect(tracker.flushed(at: 99).isEmpty)
        let rows = tracker.flushed(at: 130)
        #expect(rows.map(\.progress.fraction) == [0.02])
        #expect(rows.map(\.at) == [.milliseconds(30)])
        #expect(tracker.due == nil)
        #expect(tracker.flushed(at: 500).isEmpty)
        #expect(tracker.rows(Frame("3%\n", at: 140)).isEmpty)
        #expect(tracker.due == .milliseconds(200))
        #expect(tracker.finished(at: 150).map(\.progress.fraction) == [0.03])
    }

    /// Nothing waits for a clock that was set back, and what comes is stamped by it.
    @Test func aStepOfTheWallClockHoldsNothingUp() {
        let hour: Int64 = -3_600_000_000
        var frames = (0..<40).map { Frame("\($0)%\n", at: Int64($0) * 30) }
        let before = record(frames, interval: 100)
        for index in 20..<40 { frames[index].step = hour }
        let after = record(frames, interval: 100)
        #expect(after.map(\.progress) == before.map(\.progress))
        #expect(after.count > 8)
        for (row, plain) in zip(after, before) {
            #expect(
                row.at.microseconds - plain.at.microseconds
                    == (plain.at < .milliseconds(600) ? 0 : hour))
        }
    }

    @Test func aChangeOfMessageOrCountsIsAnUpdate() {
        let told = readings(
            of: ["50% a", "50% a", "50% b", "50%", "[1/2] b", "[2/4] b"]
        ).map(told)
        #expect(
            told == ["0.5 'a'", "0.5 'b'", "0.5", "0.5 1.0/2.0 'b'", "0.5 2.0/4.0 'b'"])
    }

    @Test func whatWasStoredBeforeARestartIsNotGivenAgain() {
        let first = Frame("1%\n", at: 0)
        let second = Frame("2%\n", at: 30)
        // Killed after the held reading was flushed: only the first is derived
        // again, and thrown away.
        var tracker = ProgressTracker(
            intervalMicroseconds: 100_000, resumed: .milliseconds(30))
        _ = tracker.rows(first)
        _ = tracker.rows(second)
        #expect(tracker.due == nil)
        #expect(tracker.flushed(at: 1000).isEmpty)
        #expect(tracker.finished(at: 2000).isEmpty)
        // Killed before.
        tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: .milliseconds(0))
        _ = tracker.rows(first)
        _ = tracker.rows(second)
        #expect(tracker.flushed(at: 1000).map(\.progress.fraction) == [0.02])
    }

    /// Of frames drawn over each other in one write, only the last was ever seen.
    @Test func ofManyFramesInOneWriteTheLastCounts() {
        let bar = (0...40).map { "\r\($0)% copying" }.joined()
        let rows = record(
            [Frame(bar + "\r", at: 0), Frame("\r41% copying\n[3/4] linking\n", at: 200)],
            interval: 100)
        #expect(rows.map { told($0.progress) } == ["0.4 'copying'", "0.75 3.0/4.0 'linking'"])
    }

    @Test func aFrameThatSomethingElseIsDrawnOverCounts() {
        let rows = record([Frame("\r7% a\r[1/4] b\rplain\r", at: 0)], interval: 100)
        #expect(rows.map { told($0.progress) } == ["0.25 1.0/4.0 'b'"])
        let phases = record([Frame("\r7% a\r           \r", at: 0)], interval: 100)
        #expect(phases.map { told($0.progress) } == ["0.07 'a'"])
    }
}
