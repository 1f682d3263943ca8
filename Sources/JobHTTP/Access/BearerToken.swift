import Crypto
import JobModel

/// A token's text, `jobd_<id>_<secret>`, in its parts. The secret is 32 random
/// bytes in base64url (RFC 4648 §5).
struct BearerToken {
    let id: TokenID
    private let secret: Substring

    /// - Returns: nil when that is no token, whatever else it may be.
    init?(_ text: String) {
        // Longer ones are not looked at any closer.
        guard text.utf8.count <= 128 else { return nil }
        let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "jobd", let number = Int64(parts[1]), number > 0 else {
            return nil
        }
        id = TokenID(rawValue: number)
        secret = parts[2]
    }

    /// Whether it is the one of which this is the digest. Takes the same time
    /// wherever the two differ.
    func matches(_ digest: [UInt8]) -> Bool {
        // swift-crypto compares digests in constant time (Digest.swift).
        SHA256.hash(data: Array(secret.utf8)) == digest
    }

    /// A secret nobody knows, and its digest.
    static func fresh() -> (secret: String, digest: [UInt8]) {
        let secret = RandomBytes.make(32).base64URL
        return (secret, Array(SHA256.hash(data: Array(secret.utf8))))
    }

    static func text(_ id: TokenID, _ secret: String) -> String { "jobd_\(id)_\(secret)" }
}
