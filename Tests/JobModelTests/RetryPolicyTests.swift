import JobModel
import JobTestSupport
import Testing

/// How long the pauses between attempts are.
@Suite struct RetryPolicyTests {
    @Test func hasTheDocumentedDefaults() {
        let policy = RetryPolicy()
        #expect(policy.maxAttempts == 3 && policy.backoff == 5_000_000)
        #expect(policy.factor == 2 && policy.maxBackoff == 300_000_000)
        #expect(policy.on == [.exit, .signal, .timeout, .stalled, .lost, .outputLimit])
    }

    @Test func eachPauseIsLongerUpToTheLongest() {
        let policy = RetryPolicy(backoff: 5_000_000, factor: 2, maxBackoff: 300_000_000)
        let pauses = (1...8).map { policy.pause(afterFailure: $0, chance: 0) / 1_000_000 }
        #expect(pauses == [5, 10, 20, 40, 80, 160, 300, 300])
        let fine = RetryPolicy(backoff: 8, factor: 1.5, maxBackoff: 1000)
        #expect((1...4).map { fine.pause(afterFailure: $0, chance: 0) } == [8, 12, 18, 27])
    }

    @Test func withTheFactorOneAllAreTheSame() {
        let policy = RetryPolicy(backoff: 7, factor: 1, maxBackoff: 9)
        for failures in [1, 2, 1_000_000] {
            #expect(policy.pause(afterFailure: failures, chance: 0) == 7)
        }
    }

    @Test func theLongestCountsFromTheFirstOn() {
        let policy = RetryPolicy(backoff: 100, factor: 2, maxBackoff: 10)
        #expect(policy.pause(afterFailure: 1, chance: 0) == 10)
        #expect(RetryPolicy(maxBackoff: 0).pause(afterFailure: 5, chance: 1) == 0)
    }

    @Test func noPauseStaysNone() {
        let policy = RetryPolicy(maxAttempts: 1_000_000, backoff: 0, factor: 1000)
        #expect(policy.pause(afterFailure: 999_999, chance: 1) == 0)
    }

    /// The most that may be asked for.
    @Test func aLargeFactorAndManyFailuresEndAtTheLongest() {
        let day: Int64 = 86_400_000_000
        let policy = RetryPolicy(
            maxAttempts: 1_000_000, backoff: 1, factor: 1000, maxBackoff: 1000 * day)
        for failures in [100, 1000, 1_000_000] {
            #expect(policy.pause(afterFailure: failures, chance: 0) == 1000 * day)
            #expect(policy.pause(afterFailure: failures, chance: 1) == 1200 * day)
        }
        // Beside the contract's limits too.
        let huge = RetryPolicy(backoff: 1, factor: .greatestFiniteMagnitude, maxBackoff: 5)
        #expect(huge.pause(afterFailure: Int(Int32.max), chance: 0.5) == 5)
    }

    @Test func theFirstFailureIsTheFirst() {
        let policy = RetryPolicy(backoff: 10, factor: 2, maxBackoff: 1000)
        for failures in [Int.min, -1, 0, 1] {
            #expect(policy.pause(afterFailure: failures, chance: 0) == 10)
        }
    }

    /// Never sooner than was said, and up to a fifth later.
    @Test func chanceOnlyMakesItLonger() {
        var random = SeededGenerator()
        let policy = RetryPolicy(backoff: 1_000_000, factor: 2, maxBackoff: 30_000_000)
        #expect(policy.pause(afterFailure: 1, chance: 1) == 1_200_000)
        #expect(policy.pause(afterFailure: 1, chance: 0.5) == 1_100_000)
        for failures in 1...20 {
            let said = policy.pause(afterFailure: failures, chance: 0)
            for chance in [-1, 2, Double.random(in: 0...1, using: &random)] {
                let pause = policy.pause(afterFailure: failures, chance: chance)
                #expect((said...said + said / 5).contains(pause), "seed \(random.seed)")
            }
        }
    }
}
