import JobModel
import Testing

/// What earlier runs tell about one that says nothing.
@Suite struct EstimateTests {
    private func estimate(_ typical: Int64 = 10_000_000) -> Estimate {
        Estimate(
            attempt: AttemptID(job: JobID(rawValue: 1), number: 1), typicalDuration: typical,
            startedAt: Timestamp(microseconds: 5_000_000))
    }

    private func time(_ microseconds: Int64) -> Timestamp {
        Timestamp(microseconds: 5_000_000 + microseconds)
    }

    @Test(
        arguments: [
            ([], nil), ([3_000_000], 3_000_000), ([1_000_000, 4_000_000], 2_500_000),
            ([9_000_000, 1_000_000, 2_000_000], 2_000_000),
            ([4_000_000, 1_000_000, 9_000_000, 2_000_000], 3_000_000),
            // Over before anybody could look.
            ([999_999], nil), ([0, 0, 5_000_000], nil), ([1_000_000], 1_000_000),
            ([-5, -7], nil), ([.max, .max], .max),
        ] as [([Int64], Int64?)])
    func theMedianIsTypical(_ durations: [Int64], _ typical: Int64?) {
        #expect(Estimate.typicalDuration(of: durations) == typical)
        #expect(Estimate.typicalDuration(of: durations.reversed()) == typical)
    }

    @Test(
        arguments: [
            (0, 0, 10), (4_200_000, 0.42, 5.8), (4_209_999, 0.42, 5.790001),
            (9_899_999, 0.989, 0.100001), (9_900_000, 0.99, 0.1), (9_999_999, 0.99, 0.000001),
            (10_000_000, 0.99, 0), (10_000_001, 0.99, nil), (1_000_000_000_000, 0.99, nil),
            // The clock was set back.
            (-1, 0, 10),
        ] as [(Int64, Double, Double?)])
    func itRisesAndIsNeverComplete(_ elapsed: Int64, _ fraction: Double, _ eta: Double?) {
        var estimate = estimate()
        estimate.message = "m"
        let reading = estimate.reading(at: time(elapsed))
        #expect(
            reading
                == StampedProgress(
                    progress: Progress(
                        fraction: fraction, message: "m", etaSeconds: eta, source: .history),
                    time: time(elapsed)))
        #expect(ProgressSource.history.rawValue == "history")
    }

    @Test func pausesDoNotCount() {
        var estimate = estimate()
        estimate.pausedTime = 1_000_000
        #expect(estimate.elapsed(at: time(3_000_000)) == 2_000_000)
        estimate.pausedAt = time(4_000_000)
        for now in [4_000_000, 5_000_000, 500_000_000] as [Int64] {
            #expect(estimate.elapsed(at: time(now)) == 3_000_000)
            #expect(estimate.reading(at: time(now)).progress.fraction == 0.3)
            #expect(estimate.nextChange(after: time(now)) == nil)
        }
    }

    /// Right before the time that it names nothing has changed, and then it has.
    @Test(
        arguments: [1_000_000, 1_234_567, 10_000_000, 86_400_000_000, 7_777_777_777_777]
            as [Int64])
    func itSaysWhenThereIsSomethingNew(typical: Int64) throws {
        let estimate = estimate(typical)
        func look(_ elapsed: Int64) -> Int64 { estimate.step(at: time(elapsed)) }
        var elapsed: Int64 = 0
        var changes = 0
        while let change = estimate.nextChange(after: time(elapsed)) {
            try #require(change > 0)
            if change > 1 { #expect(look(elapsed + change - 1) == look(elapsed)) }
            elapsed += change
            changes += 1
            try #require(changes < 2000)
        }
        #expect(elapsed == typical + 1 && look(elapsed) == 1001)
        #expect(changes == 1001)
    }
}
