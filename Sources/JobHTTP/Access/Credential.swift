import JobModel

/// Who asks, and how that became known.
struct Credential: Sendable {
    let subject: Subject
    var principal: Principal
    /// When the token ends that it rests on; nil: never.
    let endsAt: Timestamp?
    /// When it is no longer taken, and streams opened by it end: the end of the
    /// token, or an earlier one of a ticket or a session.
    var expiresAt: Timestamp?
    /// Whether a browser sent it by itself, perhaps for another site's page.
    var isCookie = false

    init(_ subject: Subject, _ principal: Principal, endsAt: Timestamp? = nil) {
        self.subject = subject
        self.principal = principal
        self.endsAt = endsAt
        expiresAt = endsAt
    }

    /// The token that it rests on.
    var token: TokenID? {
        if case .token(let id) = subject { id } else { nil }
    }
}
