import Dispatch
import JobModel
import Testing

@testable import JobEvents

/// When there is something to say between the events.
@Suite struct EstimationTests {
    private static let interval = DispatchTimeInterval.seconds(1)

    private func estimate(_ typical: Int64, message: String? = nil) -> Estimate {
        Estimate(
            attempt: AttemptID(job: JobID(rawValue: 1), number: 1), typicalDuration: typical,
            startedAt: Timestamp(microseconds: 0), message: message)
    }

    private func moment(_ microseconds: Int64) -> DispatchTime {
        DispatchTime(uptimeNanoseconds: 1_000_000_000 + UInt64(microseconds) * 1000)
    }

    private func speak(_ estimation: inout Estimation, _ microseconds: Int64) -> Progress? {
        estimation.speak(
            at: moment(microseconds), Timestamp(microseconds: microseconds),
            interval: Self.interval)?.reading.progress
    }

    /// What is said until there is no more to say, looking when it is due.
    private func speeches(_ estimation: inout Estimation) -> [(Int64, Progress)] {
        var said: [(Int64, Progress)] = []
        while let due = estimation.due, said.count < 3000 {
            let now = Int64(due.uptimeNanoseconds / 1000) - 1_000_000
            if let progress = speak(&estimation, now) { said.append((now, progress)) }
        }
        return said
    }

    @Test func onceASecondAtMost() {
        var estimation = Estimation()
        #expect(estimation.due == nil && speak(&estimation, 0) == nil)
        estimation.begin(estimate(5_500_000), at: moment(0), interval: Self.interval)
        let said = speeches(&estimation)
        #expect(said.map(\.0) == (0...6).map { $0 * 1_000_000 })
        #expect(said.map(\.1.fraction) == [0, 0.181, 0.363, 0.545, 0.727, 0.909, 0.99])
        #expect(said.map { $0.1.etaSeconds == nil } == (0...6).map { $0 == 6 })
    }

    @Test func onlyWhatOneCanSee() {
        var estimation = Estimation()
        estimation.begin(estimate(100_000_000_000), at: moment(0), interval: Self.interval)
        let said = speeches(&estimation)
        #expect(said.count == 1002)
        for (index, speech) in said.dropLast().enumerated() {
            #expect(speech.0 == Int64(index) * 100_000_000)
            #expect(speech.1.fraction == min(Double(index) / 1000, 0.99))
        }
    }

    @Test func notWhatWasSaidAlready() {
        var estimation = Estimation()
        estimation.begin(estimate(100_000_000_000), at: moment(0), interval: Self.interval)
        #expect(speak(&estimation, 0) != nil)
        #expect(speak(&estimation, 50_000_000) == nil)
        // The timer is early, by the clock that counts.
        let early = estimation.speak(
            at: moment(100_000_000), Timestamp(microseconds: 99_000_000), interval: Self.interval)
        #expect(early == nil)
        #expect(estimation.due == moment(101_000_000))
        #expect(speak(&estimation, 101_000_000) != nil)
    }

    /// An event hides what was said.
    @Test func againAfterAnEventButNotAtOnce() {
        var estimation = Estimation()
        estimation.begin(estimate(100_000_000_000), at: moment(0), interval: Self.interval)
        #expect(speak(&estimation, 0) != nil)
        estimation.begin(
            estimate(100_000_000_000, message: "m"), at: moment(300_000), interval: Self.interval)
        #expect(speak(&estimation, 300_000) == nil)
        #expect(speak(&estimation, 1_000_000)?.message == "m")
        estimation.begin(
            estimate(100_000_000_000), at: moment(9_000_000), interval: Self.interval)
        #expect(speak(&estimation, 9_000_000)?.fraction == 0)
        estimation.end()
        #expect(estimation.due == nil && speak(&estimation, 500_000_000) == nil)
        // Another attempt's does not come sooner either.
        estimation.begin(
            estimate(100_000_000_000), at: moment(9_500_000), interval: Self.interval)
        #expect(estimation.due == moment(10_000_000))
    }

    @Test func onceWhileItStandsStill() {
        var estimation = Estimation()
        var paused = estimate(5_000_000)
        paused.pausedAt = Timestamp(microseconds: 2_500_000)
        estimation.begin(paused, at: moment(3_000_000), interval: Self.interval)
        #expect(speak(&estimation, 3_000_000)?.fraction == 0.5)
        #expect(estimation.due == nil)
    }
}
