import JobModel
import ProgressRecognition
import Testing

/// Rate and time left of what was measured.
@Suite struct MeasuredProgressTests {
    private func reading(_ done: Double, _ name: String = "a", of total: Double = 100) -> Progress {
        Progress(
            fraction: done / total, done: done, total: total, unit: "bytes", message: name,
            source: .files)
    }

    private func take(_ readings: [Progress]) -> [Progress?] {
        var measured = MeasuredProgress()
        return readings.enumerated().map { second, reading in
            measured.take(reading, at: Timestamp(microseconds: Int64(second) * 1_000_000))
        }
    }

    @Test func hasARateAndATimeLeft() {
        let taken = take([10, 20, 40].map { reading($0) })
        #expect(taken.map { $0?.rate } == [nil, 10, 15])
        #expect(taken.map { $0?.etaSeconds } == [nil, 8, 4])
        #expect(taken.map { $0?.fraction } == [0.1, 0.2, 0.4])
        #expect(taken.allSatisfy { $0?.source == .files })
    }

    @Test func whatTellsTheSameIsNotStoredAndSlowsItDown() {
        let taken = take([10, 20, 20, 20, 30].map { reading($0) })
        #expect(taken.map { $0?.done } == [10, 20, nil, nil, 30])
        #expect(taken.last??.rate == 5)
    }

    @Test func anotherFileIsAnotherPhase() {
        let taken = take([
            reading(10), reading(20), reading(500, "b", of: 1000), reading(600, "b", of: 1000),
        ])
        #expect(taken.map { $0?.rate } == [nil, 10, nil, 100])
        #expect(taken.map { $0?.message } == ["a", "a", "b", "b"])
    }

    @Test func aNameIsMadeAMessage() {
        let taken = take([reading(1, "a\nb\u{1b}[31m\u{202e}c "), reading(2, "\n")])
        #expect(taken.map { $0?.message } == ["a b[31mc", nil])
        #expect(taken.last??.done == 2)
    }
}
