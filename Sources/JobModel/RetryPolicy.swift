/// Whether and when an attempt that failed is followed by another one.
package struct RetryPolicy: Hashable, Sendable {
    /// How many attempts there are at most, the first among them.
    package var maxAttempts: Int
    /// Microseconds between the first failure and the second attempt.
    package var backoff: Int64
    /// By how much each pause is longer than the one before it; at least 1.
    package var factor: Double
    /// The longest pause, in microseconds.
    package var maxBackoff: Int64
    /// The failures that are retried.
    package var on: Set<Failure>

    /// All but those that another attempt would only repeat.
    package static let defaultFailures: Set<Failure> = [
        .exit, .signal, .timeout, .stalled, .outputLimit, .lost,
    ]

    package init(
        maxAttempts: Int = 3, backoff: Int64 = 5_000_000, factor: Double = 2,
        maxBackoff: Int64 = 300_000_000, on: Set<Failure> = RetryPolicy.defaultFailures
    ) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.factor = factor
        self.maxBackoff = maxBackoff
        self.on = on
    }

    /// The pause after the `failures`th failure in a row, in microseconds: never
    /// shorter than was asked for, and longer by up to a fifth, so that what
    /// failed together does not come back together.
    ///
    /// - Parameter chance: 0…1, drawn anew for each pause.
    package func pause(afterFailure failures: Int, chance: Double) -> Int64 {
        var pause = Double(backoff)
        // The longest pause is soon reached, or never when the factor is 1.
        for _ in 1..<max(failures, 1) where pause < Double(maxBackoff) {
            if factor == 1 { break }
            pause *= factor
        }
        pause = min(pause, Double(maxBackoff))
        return Int64(pause * (1 + 0.2 * min(max(chance, 0), 1)))
    }
}
