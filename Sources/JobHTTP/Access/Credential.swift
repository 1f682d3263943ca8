import JobModel

/// Who asks, and how that became known.
struct Credential: Sendable {
    let subject: Subject
    var principal: Principal
    /// When what was opened by it ends: when the token does; nil: never.
    let endsAt: Timestamp?
    /// When it is no longer taken: the token's end, or that of a session.
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
