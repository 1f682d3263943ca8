import Foundation
import GRDB
package import JobModel

/// Tokens, and the key that tickets and sessions are signed with.
extension Store {
    /// All tokens, the oldest first.
    package func tokens() async throws -> [AccessToken] {
        try await pool.read { database in
            try Row.fetchAll(database, sql: "SELECT \(Self.tokenColumns) FROM tokens ORDER BY id")
                .map { try Self.token($0) }
        }
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - digest: SHA-256 of its secret.
    ///   - replaces: whether one of that name gives way to it.
    /// - Throws: `conflict` when there is one of that name and it does not.
    package func createToken(
        _ grant: TokenGrant, digest: [UInt8], replaces: Bool = false
    ) async throws -> AccessToken {
        let definitions = try grant.definitions.map { try Columns.json($0.sorted()) }
        let now = self.now()
        return try await writer.write(effects: [], grows: true) { database in
            if replaces {
                try database.execute(
                    sql: "DELETE FROM tokens WHERE name = ?", arguments: [grant.name])
            }
            try database.execute(
                sql: """
                    INSERT INTO tokens (name, role, digest, definitions, created_at, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
                    """,
                arguments: [
                    grant.name, grant.role.rawValue, Data(digest), definitions, now.microseconds,
                    grant.expiresAt?.microseconds,
                ])
            guard database.changesCount == 1 else {
                throw JobError(
                    .conflict,
                    "There is a token '\(grant.name)'. Choose another name, or revoke that one "
                        + "first.")
            }
            return AccessToken(
                id: TokenID(rawValue: database.lastInsertedRowID), grant: grant, digest: digest,
                createdAt: now)
        }
    }

    /// Removes a token for good.
    ///
    /// - Returns: which one it was.
    /// - Throws: `token_not_found`.
    package func deleteToken(_ name: String) async throws -> TokenID {
        try await writer.write(effects: []) { database in
            guard
                let id = try Int64.fetchOne(
                    database, sql: "DELETE FROM tokens WHERE name = ? RETURNING id",
                    arguments: [name])
            else { throw JobError(.tokenNotFound, "There is no token '\(name)'.") }
            return TokenID(rawValue: id)
        }
    }

    /// Notes when a token was used.
    package func touchToken(_ id: TokenID, at time: Timestamp) async throws {
        try await writer.write(effects: []) { database in
            try database.execute(
                sql: "UPDATE tokens SET last_used_at = ? WHERE id = ?",
                arguments: [time.microseconds, id.rawValue])
        }
    }

    /// A key that was made once and stays the same.
    ///
    /// - Parameter fresh: what it becomes when there is none yet.
    package func signingKey(_ name: String, orElse fresh: [UInt8]) async throws -> [UInt8] {
        try await writer.write(effects: []) { database in
            try database.execute(
                sql: """
                    INSERT INTO signing_keys (name, value) VALUES (?, ?)
                    ON CONFLICT (name) DO NOTHING
                    """, arguments: [name, Data(fresh)])
            let key = try Data.fetchOne(
                database, sql: "SELECT value FROM signing_keys WHERE name = ?", arguments: [name])
            return key.map(Array.init) ?? fresh
        }
    }

    private static let tokenColumns =
        "id, name, role, digest, definitions, created_at, expires_at, last_used_at"

    private static func token(_ row: Row) throws -> AccessToken {
        let role: String = row["role"]
        let digest: Data = row["digest"]
        let definitions: String? = row["definitions"]
        let expiresAt: Int64? = row["expires_at"]
        let lastUsedAt: Int64? = row["last_used_at"]
        return AccessToken(
            id: TokenID(rawValue: row["id"]),
            grant: TokenGrant(
                name: row["name"],
                // The column's CHECK allows nothing else; should it, then the least.
                role: Role(rawValue: role) ?? .read,
                definitions: try definitions.map { Set(try Columns.names($0)) },
                expiresAt: expiresAt.map(Timestamp.init(microseconds:))),
            digest: Array(digest), createdAt: Timestamp(microseconds: row["created_at"]),
            lastUsedAt: lastUsedAt.map(Timestamp.init(microseconds:)))
    }
}
