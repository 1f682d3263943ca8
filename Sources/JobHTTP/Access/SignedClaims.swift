import Crypto
import JobModel

/// What a ticket or a session says, in a form that only this daemon can have
/// written: its bytes and their HMAC-SHA256 (RFC 2104).
struct SignedClaims: Hashable, Sendable {
    /// What it is good for. One is never taken for another.
    enum Purpose: Hashable, Sendable {
        /// To follow this job and read its output.
        case ticket(JobID)
        /// To use everything, in a browser.
        case session
    }

    let purpose: Purpose
    let subject: Subject
    /// To the second.
    let expiresAt: Timestamp

    init(_ purpose: Purpose, _ subject: Subject, expiresAt: Timestamp) {
        self.purpose = purpose
        self.subject = subject
        self.expiresAt = Timestamp(
            microseconds: expiresAt.microseconds - expiresAt.microseconds % 1_000_000)
    }

    /// As it is handed out: two parts in base64url with a dot between.
    func text(signedBy key: SymmetricKey) -> String {
        let bytes = Array(plain.utf8)
        let code = Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
        return "\(bytes.base64URL).\(code.base64URL)"
    }

    /// - Returns: nil unless this daemon has written it. It may have expired.
    init?(_ text: String, signedBy key: SymmetricKey) {
        guard text.utf8.count <= 512 else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let bytes = [UInt8](base64URL: parts[0]),
            let code = [UInt8](base64URL: parts[1]),
            // In constant time: HMAC.swift of swift-crypto.
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
        else { return nil }
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard words.count == 4, let subject = Subject(text: words[2]),
            let seconds = Int64(words[3])
        else { return nil }
        switch (words[0], Int64(words[1])) {
        case ("ticket", let job?): purpose = .ticket(JobID(rawValue: job))
        case ("session", _): purpose = .session
        default: return nil
        }
        self.subject = subject
        expiresAt = Timestamp(microseconds: seconds * 1_000_000)
    }

    private var plain: String {
        let (word, job) =
            switch purpose {
            case .ticket(let job): ("ticket", job.description)
            case .session: ("session", "-")
            }
        return "\(word) \(job) \(subject.text) \(expiresAt.microseconds / 1_000_000)"
    }
}
