import Crypto
import JobModel
import Synchronization

/// Codes that sign a browser in as whoever asked for them: good once, for a minute.
final class SignInCodes: Sendable {
    private struct Entry {
        let subject: Subject
        let expiresAt: Timestamp
        /// Which of all codes that were made it is.
        let number: Int
    }

    private struct State {
        /// By the digest of the code, so that looking one up tells nothing about
        /// others by the time it takes.
        var entries: [[UInt8]: Entry] = [:]
        var made = 0
    }

    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    private static let lifetime: Int64 = 60_000_000
    /// Who asks for more within a minute is no person who opens a browser. The
    /// newest takes the oldest's place.
    private static let maximumPerSubject = 5
    /// How many wait in all: there are not as many people who open a browser within
    /// a minute.
    private static let maximum = 10_000

    init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
    }

    /// Makes a code; the oldest of somebody who has many waiting is void then.
    ///
    /// - Throws: `too_many_requests` when there are too many of them.
    func make(for subject: Subject) throws(JobError) -> (code: String, expiresAt: Timestamp) {
        let now = self.now()
        let code = RandomBytes.make(32).base64URL
        let expiresAt = now + Self.lifetime
        let isRoom = state.withLock { state in
            state.entries = state.entries.filter { $0.value.expiresAt > now }
            let own = state.entries.filter { $0.value.subject == subject }
            if own.count >= Self.maximumPerSubject,
                let oldest = own.min(by: { $0.value.number < $1.value.number })
            {
                state.entries[oldest.key] = nil
            }
            guard state.entries.count < Self.maximum else { return false }
            state.entries[Self.digest(code)] = Entry(
                subject: subject, expiresAt: expiresAt, number: state.made)
            state.made += 1
            return true
        }
        guard isRoom else {
            throw JobError(.tooManyRequests, "Too many sign-in codes are waiting. Try in a minute.")
        }
        return (code, expiresAt)
    }

    /// Who asked for a code; nil when nobody did, or it was used, or is too old.
    func redeem(_ code: String) -> Subject? {
        let entry = state.withLock { $0.entries.removeValue(forKey: Self.digest(code)) }
        guard let entry, entry.expiresAt > now() else { return nil }
        return entry.subject
    }

    private static func digest(_ code: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(code.utf8)))
    }
}
