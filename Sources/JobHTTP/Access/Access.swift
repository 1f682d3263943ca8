import HTTPTypes
import Hummingbird
import JobModel
import Logging

/// Finds out who sends a request, or why that is nobody who may.
struct Access: Sendable {
    let book: TokenBook
    let peers: PeerPolicy
    let codes: SignInCodes
    let failures: FailedSignIns
    /// Whether everybody on the network may do everything: `--no-auth`.
    let isOpen: Bool
    let now: @Sendable () -> Timestamp

    /// Who sends a request. What it shows by itself counts before what is known of
    /// its connection: a token, a ticket, the peer, a session.
    ///
    /// - Throws: why it is refused.
    func credential(
        _ request: Request, _ context: JobRequestContext
    ) throws(AccessRefusal) -> Credential {
        // One for a proxy proves nothing here, and what the proxy is does not count.
        if let authorization = request.headers[.authorization], !context.client.hasPassword {
            return try bearer(authorization, context)
        }
        // Two of them are none that was ever given.
        let tickets = QueryParameters(request).strings("ticket")
        if !tickets.isEmpty {
            let ticket = tickets.joined(separator: " ")
            return try self.ticket(ticket, request, context)
        }
        // What a proxy passes on is not what its own user asks for.
        if case .process(let user, let groups) = context.peer, !context.client.isForwarded {
            return try peer(user, groups)
        }
        let cookie = SessionCookie.value(in: request.headers)
        if let cookie, let session = session(cookie) {
            try Self.checkOwnPage(request, context)
            return session
        }
        if isOpen { return try anyone(context) }
        throw cookie == nil
            ? AccessRefusal(.unauthorized, Self.howToSignIn)
            : .badCredential("The session has ended. Sign in again.")
    }

    /// Who is meant by a token.
    ///
    /// - Throws: why it is refused.
    func credential(
        token: String, _ context: JobRequestContext
    ) throws(AccessRefusal) -> Credential {
        switch book.find(token) {
        case .valid(let token):
            book.noteUse(of: token.id)
            return Self.credential(token)
        case .expired(let token):
            // Only who has the secret hears of it.
            throw .badCredential(
                "The token '\(token.grant.name)' has expired. Ask for a new one.")
        case .wrong:
            throw failure("The token is not known here: mistyped, revoked, or another's.", context)
        }
    }

    /// Who is meant, as things are now; nil when that may do nothing any more.
    func credential(of subject: Subject) -> Credential? {
        switch subject {
        case .token(let id): book.valid(id).map(Self.credential)
        case .user(let user, let group): peers.credential(of: user, group: group)
        case .anyone: isOpen ? Self.anyone : nil
        }
    }

    /// The answer to what is wrong, and to what was too often.
    func failure(_ message: String, _ context: JobRequestContext) -> AccessRefusal {
        if let seconds = failures.count(context.client.address) {
            return .tooMany(retryAfter: seconds)
        }
        return .badCredential(message)
    }

    // MARK: Kinds of proof

    private func bearer(
        _ authorization: String, _ context: JobRequestContext
    ) throws(AccessRefusal) -> Credential {
        // RFC 9110 §11.1: the scheme's name in any case.
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw AccessRefusal(.unauthorized, Self.howToSignIn)
        }
        return try credential(token: parts[1].trimmingSpaces, context)
    }

    private func ticket(
        _ text: String, _ request: Request, _ context: JobRequestContext
    ) throws(AccessRefusal) -> Credential {
        guard let claims = SignedClaims(text, signedBy: book.key),
            case .ticket(let job) = claims.purpose
        else { throw failure("The ticket is not one of this jobd's.", context) }
        guard claims.expiresAt > now() else {
            throw .badCredential("The ticket has expired. Get a new one.")
        }
        guard var credential = credential(of: claims.subject) else {
            throw .badCredential("Whoever made the ticket may no longer use jobd.")
        }
        // The path as it was sent, whatever else may lead to the same.
        let isForIt = ["progress", "output"].contains { request.uri.path == "/jobs/\(job)/\($0)" }
        guard isForIt, [.get, .head, .options].contains(request.method) else {
            throw AccessRefusal(
                .forbidden,
                "The ticket is for GET /jobs/\(job)/progress and /jobs/\(job)/output, for "
                    + "nothing else.")
        }
        credential.principal.role = .read
        credential.expiresAt = claims.expiresAt
        return credential
    }

    private func peer(
        _ user: UInt32, _ groups: Set<UInt32>
    ) throws(AccessRefusal) -> Credential {
        if let credential = peers.credential(user: user, groups: groups) { return credential }
        let group = peers.group.map { "of group \($0) " } ?? "of a group that socket_group names "
        throw AccessRefusal(
            .forbidden,
            "The socket is for root, user \(peers.ownUser) and members \(group)(new members sign in "
                + "again first), and you are user \(user). Or send a token.")
    }

    private func session(_ text: String) -> Credential? {
        guard let claims = SignedClaims(text, signedBy: book.key), claims.purpose == .session,
            claims.expiresAt > now(), var credential = credential(of: claims.subject)
        else { return nil }
        credential.expiresAt = claims.expiresAt
        credential.isCookie = true
        return credential
    }

    /// A browser sends the cookie whichever page asks, as long as it is of the same
    /// site, and a site is all ports of a host. So what changes something must come
    /// from a page of our own.
    private static func checkOwnPage(
        _ request: Request, _ context: JobRequestContext
    ) throws(AccessRefusal) {
        if [.get, .head, .options].contains(request.method) || context.client.isOwnPage { return }
        throw AccessRefusal(
            .forbidden,
            "With a session only pages of this jobd may do that (Origin or Sec-Fetch-Site must "
                + "say so). Send a token.")
    }

    private func anyone(_ context: JobRequestContext) throws(AccessRefusal) -> Credential {
        guard !context.client.isForwarded else {
            throw AccessRefusal(
                .forbidden,
                "jobd runs with --no-auth and takes nothing from a proxy, which would open it to "
                    + "whoever reaches that. Run it without, and send a token.")
        }
        return Self.anyone
    }

    private static let anyone = Credential(.anyone, Principal(.anyone, .admin))

    private static func credential(_ token: AccessToken) -> Credential {
        Credential(
            .token(token.id),
            Principal(
                .token(token.grant.name), token.grant.role, definitions: token.grant.definitions),
            endsAt: token.grant.expiresAt)
    }

    /// What somebody hears who shows nothing.
    static let howToSignIn =
        "This needs a token: Authorization: Bearer TOKEN. The daemon keeps the first one in the "
        + "file 'token' of its state directory."
}
