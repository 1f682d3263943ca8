import Synchronization

/// Slows down whoever tries out tokens: each client address has ten wrong ones at
/// once, and one more each six seconds.
///
/// Right ones are let through all the same. A token carries 256 bits, so that
/// nobody finds one by trying, here or elsewhere; what this saves is work and lines
/// in the log, and it must not become a way to lock out whoever shares an address
/// with somebody noisy.
final class FailedSignIns: Sendable {
    /// When a client's past attempts are all forgiven; the generic cell rate
    /// algorithm (ITU-T I.371) needs no more.
    private let forgiven = Mutex<[String: ContinuousClock.Instant]>([:])

    private static let interval = Duration.seconds(6)
    private static let burst = 10
    /// How many clients are told apart; those beyond share one allowance.
    private static let maximumClients = 10_000

    /// Counts a failure.
    ///
    /// - Returns: nil, or after how many seconds the next one is counted, when there
    ///   were too many.
    func count(_ client: String, at now: ContinuousClock.Instant = .now) -> Int? {
        forgiven.withLock { forgiven in
            let client = Self.place(of: client, in: &forgiven, now)
            let until = max(forgiven[client] ?? now, now)
            let excess = (until - now) - Self.interval * (Self.burst - 1)
            if excess > .zero { return Int(excess.components.seconds) + 1 }
            forgiven[client] = until + Self.interval
            return nil
        }
    }

    private static func place(
        of client: String, in forgiven: inout [String: ContinuousClock.Instant],
        _ now: ContinuousClock.Instant
    ) -> String {
        if forgiven.count < maximumClients || forgiven[client] != nil { return client }
        forgiven = forgiven.filter { $0.value > now }
        return forgiven.count < maximumClients ? client : ""
    }
}
