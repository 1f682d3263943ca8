/// A token as it is kept: all of it but the secret, of which there is a digest.
package struct AccessToken: Hashable, Sendable {
    package let id: TokenID
    /// What it is and what it may do.
    package let grant: TokenGrant
    /// SHA-256 of its secret.
    package let digest: [UInt8]
    package let createdAt: Timestamp
    /// To the day; nil when it was never used.
    package var lastUsedAt: Timestamp?

    package init(
        id: TokenID, grant: TokenGrant, digest: [UInt8], createdAt: Timestamp,
        lastUsedAt: Timestamp? = nil
    ) {
        self.id = id
        self.grant = grant
        self.digest = digest
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }

    /// Whether its time is over.
    package func isExpired(at now: Timestamp) -> Bool {
        grant.expiresAt.map { $0 <= now } ?? false
    }
}
