import Crypto
import JobModel
import Synchronization

/// Codes that sign a browser in as whoever asked for them: good once, for a minute.
final class SignInCodes: Sendable {
    private struct Entry {
        let subject: Subject
        let expiresAt: Timestamp
    }

    private let now: @Sendable () -> Timestamp
    /// By the digest of the code, so that looking one up tells nothing about others
    /// by the time it takes.
    private let entries = Mutex<[[UInt8]: Entry]>([:])

    private static let lifetime: Int64 = 60_000_000
    /// Who asks for more within a minute is no person who opens a browser.
    private static let maximum = 1000

    init(now: @escaping @Sendable () -> Timestamp) {
        self.now = now
    }

    /// Makes a code.
    ///
    /// - Throws: `too_many_requests` when there are too many of them.
    func make(for subject: Subject) throws(JobError) -> (code: String, expiresAt: Timestamp) {
        let now = self.now()
        let code = RandomBytes.make(32).base64URL
        let expiresAt = now + Self.lifetime
        let isRoom = entries.withLock { entries in
            entries = entries.filter { $0.value.expiresAt > now }
            guard entries.count < Self.maximum else { return false }
            entries[Self.digest(code)] = Entry(subject: subject, expiresAt: expiresAt)
            return true
        }
        guard isRoom else {
            throw JobError(.tooManyRequests, "Too many sign-in codes are waiting. Try in a minute.")
        }
        return (code, expiresAt)
    }

    /// Who asked for a code; nil when nobody did, or it was used, or is too old.
    func redeem(_ code: String) -> Subject? {
        let entry = entries.withLock { $0.removeValue(forKey: Self.digest(code)) }
        guard let entry, entry.expiresAt > now() else { return nil }
        return entry.subject
    }

    private static func digest(_ code: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(code.utf8)))
    }
}
