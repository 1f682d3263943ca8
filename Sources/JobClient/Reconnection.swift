import JobAPI

/// When a call that failed is made again, and when it is not.
struct Reconnection {
    private let options: ClientOptions
    private var backoff = Backoff()
    private var generator = SystemRandomNumberGenerator()
    /// When it was first found that the daemon is away.
    private var awaySince: ContinuousClock.Instant?
    private var hasSucceeded = false

    init(options: ClientOptions) {
        self.options = options
    }

    /// The daemon answered as it should.
    mutating func succeeded() {
        backoff.reset()
        if awaySince != nil { options.onResumption?() }
        awaySince = nil
        hasSucceeded = true
    }

    /// The daemon is known to be there, whatever the next call comes to.
    mutating func wasConnected() {
        hasSucceeded = true
    }

    /// The daemon asked for this time between tries.
    mutating func asked(milliseconds: Int) {
        // A day is longer than anybody means, and keeps the arithmetic in range.
        backoff.initial = .milliseconds(min(milliseconds, 86_400_000))
    }

    /// Waits until it is time to try again, and for as long as the daemon asked for
    /// this once.
    ///
    /// - Throws: `error` itself when trying again is no use, or when that has gone
    ///   on for as long as the options allow; `CancellationError`.
    mutating func wait(after error: ClientError) async throws {
        guard isPassing(error) else { throw error }
        let now = ContinuousClock.now
        let since = awaySince ?? now
        awaySince = since
        var delay = backoff.next(using: &generator)
        if case .problem(let problem) = error, let seconds = problem.retryAfterSeconds {
            delay = max(delay, .seconds(seconds))
        }
        if let limit = options.reconnectLimit, now + delay > since + limit { throw error }
        options.onInterruption?(
            StreamInterruption(
                reason: reason(of: error), retryIn: delay, failures: backoff.failures))
        try await Task.sleep(for: delay, clock: .continuous)
    }

    private func isPassing(_ error: ClientError) -> Bool {
        switch error {
        case .unreachable, .interrupted: true
        // A daemon that starts makes its socket before it sets the mode.
        case .notPermitted: hasSucceeded
        // Who was heard before is there, whatever a proxy says meanwhile.
        case .problem(let problem): problem.isPassing || (hasSucceeded && problem.isForeign)
        case .protocolViolation: false
        }
    }

    private func reason(of error: ClientError) -> String {
        switch error {
        case .unreachable(_, let reason), .interrupted(_, let reason): reason
        case .notPermitted, .problem, .protocolViolation: error.description
        }
    }
}

extension Problem {
    /// Whether asking again later may help: RFC 9110 §15.6, RFC 6585 §4.
    var isPassing: Bool {
        switch status {
        case 408, 425, 429: true
        default: status >= 500
        }
    }
}
