import Testing

@testable import JobClient

/// How long is waited between tries.
@Suite struct BackoffTests {
    /// Always in the middle: no jitter.
    struct Middle: RandomNumberGenerator {
        mutating func next() -> UInt64 { 1 << 63 }
    }

    @Test func doublesUpToItsLimitAndStartsAnew() {
        var backoff = Backoff(initial: .seconds(1), limit: .seconds(10))
        var generator = Middle()
        let waits = (0..<6).map { _ in backoff.next(using: &generator) }
        #expect(waits.map { ($0 / .seconds(1)).rounded() } == [1, 2, 4, 8, 10, 10])
        #expect(backoff.failures == 6)
        backoff.reset()
        #expect((backoff.next(using: &generator) / .seconds(1)).rounded() == 1)
    }

    @Test func longRetryOfTheServerIsKept() {
        var backoff = Backoff(initial: .seconds(60), limit: .seconds(10))
        var generator = Middle()
        let waits = (0..<3).map { _ in (backoff.next(using: &generator) / .seconds(1)).rounded() }
        #expect(waits == [60, 60, 60])
    }

    @Test func jitterIsProportional() {
        var generator = SystemRandomNumberGenerator()
        var seen: Set<Duration> = []
        for _ in 0..<200 {
            var backoff = Backoff(initial: .seconds(8), limit: .seconds(30), jitter: 0.25)
            let wait = backoff.next(using: &generator)
            #expect(wait >= .seconds(6) && wait <= .seconds(10))
            seen.insert(wait)
        }
        #expect(seen.count > 100)
    }

    @Test func manyFailuresDoNotOverflow() {
        var backoff = Backoff(initial: .milliseconds(1), limit: .seconds(30))
        var generator = Middle()
        for _ in 0..<500 { #expect(backoff.next(using: &generator) <= .seconds(38)) }
    }
}
