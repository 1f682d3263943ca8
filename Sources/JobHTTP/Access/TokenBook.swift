import Crypto
package import JobModel
package import JobStore
import Synchronization

/// All tokens, in memory, so that a request costs no read of the database. What
/// changes them is stored first. With them the key that tickets and sessions are
/// signed with.
package final class TokenBook: Sendable {
    /// What a text that should be a token turned out to be.
    package enum Finding: Sendable {
        case valid(AccessToken)
        /// The right one, but its time is over.
        case expired(AccessToken)
        case wrong
    }

    private struct State {
        var tokens: [TokenID: AccessToken] = [:]
        /// A revocation may overtake the creation on their ways back from the
        /// store; ids are never given twice.
        var revoked: Set<TokenID> = []
    }

    private let state = Mutex(State())
    private let store: Store
    /// It outlives the daemon, so that tickets and sessions do.
    let key: SymmetricKey

    /// Reads the tokens that there are.
    package init(_ store: Store) async throws {
        self.store = store
        key = SymmetricKey(
            data: try await store.signingKey("access", orElse: RandomBytes.make(32)))
        let tokens = try await store.tokens()
        state.withLock { state in
            for token in tokens { state.tokens[token.id] = token }
        }
    }

    // MARK: Reading

    /// All tokens, the oldest first.
    func all() -> [AccessToken] {
        state.withLock { Array($0.tokens.values) }.sorted { $0.id.rawValue < $1.id.rawValue }
    }

    /// A token that is there and has not expired.
    func valid(_ id: TokenID) -> AccessToken? {
        let token = state.withLock { $0.tokens[id] }
        return token?.isExpired(at: store.now()) == false ? token : nil
    }

    /// Finds out what a text is. It takes as long for an id that does not exist as
    /// for one that does, and tells the two apart to nobody who lacks the secret.
    package func find(_ text: String) -> Finding {
        guard let bearer = BearerToken(text) else { return .wrong }
        let token = state.withLock { $0.tokens[bearer.id] }
        guard bearer.matches(token?.digest ?? Self.nobodys), let token else { return .wrong }
        return token.isExpired(at: store.now()) ? .expired(token) : .valid(token)
    }

    /// A digest of nothing anybody knows.
    private static let nobodys = BearerToken.fresh().digest

    // MARK: Changing

    /// Makes a token.
    ///
    /// - Parameter replaces: whether one of that name gives way to it.
    /// - Returns: the token, and its text, which is nowhere kept.
    /// - Throws: `conflict` when there is one of that name and it does not.
    package func create(
        _ grant: TokenGrant, replaces: Bool = false
    ) async throws -> (token: AccessToken, text: String) {
        let (secret, digest) = BearerToken.fresh()
        let token = try await store.createToken(grant, digest: digest, replaces: replaces)
        state.withLock { state in
            if replaces {
                state.tokens = state.tokens.filter { $0.value.grant.name != grant.name }
            }
            if !state.revoked.contains(token.id) { state.tokens[token.id] = token }
        }
        return (token, BearerToken.text(token.id, secret))
    }

    /// Ends a token for good.
    ///
    /// - Returns: which one it was.
    /// - Throws: `token_not_found`.
    func revoke(_ name: String) async throws -> TokenID {
        let id = try await store.deleteToken(name)
        state.withLock { state in
            state.tokens[id] = nil
            state.revoked.insert(id)
        }
        return id
    }

    /// Notes that a token is used. It is stored once a day, and no request waits for
    /// that.
    func noteUse(of id: TokenID) {
        let now = store.now()
        let today = Timestamp(microseconds: now.microseconds - now.microseconds % Self.day)
        let isFirst = state.withLock { state in
            guard let token = state.tokens[id], token.lastUsedAt != today else { return false }
            state.tokens[id]?.lastUsedAt = today
            return true
        }
        guard isFirst else { return }
        // Where the disk is full it is not stored, which is no reason to refuse.
        Task { [store] in try? await store.touchToken(id, at: today) }
    }

    private static let day: Int64 = 86_400_000_000
}
