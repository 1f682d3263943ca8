/// How long to wait before the next try: twice as long after each failure, up to
/// a limit, and each time a random part more or less, so that the clients of a
/// daemon that comes back do not all call in the same moment.
struct Backoff: Sendable {
    /// The first wait; what the server asked for, once it has.
    var initial: Duration
    /// The longest wait, unless the server asked for a longer one.
    let limit: Duration
    /// How much of each wait is left to chance: 0.25 is a quarter more or less.
    let jitter: Double
    /// Failures since the last success.
    private(set) var failures = 0

    init(
        initial: Duration = .seconds(1), limit: Duration = .seconds(30), jitter: Double = 0.25
    ) {
        self.initial = initial
        self.limit = limit
        self.jitter = jitter
    }

    /// Counts a failure and returns the wait that it calls for.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        // 2^20 times any wait is beyond any limit.
        let grown = initial * (1 << min(failures, 20))
        failures += 1
        let wait = min(grown, max(limit, initial))
        return wait * Double.random(in: (1 - jitter)...(1 + jitter), using: &generator)
    }

    /// Counts a success.
    mutating func reset() {
        failures = 0
    }
}
