import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// A file that is part of the program and served as it is.
struct EmbeddedFile: Sendable {
    private let content: ByteBuffer
    private let contentType: String
    /// Changes with the content (RFC 9110 §8.8.3).
    private let tag: String

    init(_ bytes: [UInt8], _ contentType: String) {
        content = ByteBuffer(bytes: bytes)
        self.contentType = contentType
        let digest = SHA256.hash(data: bytes).prefix(12)
        tag =
            "\"" + digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            + "\""
    }

    /// The file, or 304 for a client that has it.
    ///
    /// - Parameter headers: what it is sent with beside its own.
    func response(to request: Request, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.eTag] = tag
        // It may be kept, but is asked for again: an upgrade shows at once.
        headers[.cacheControl] = "no-cache"
        let known = request.headers[.ifNoneMatch]?.split(separator: ",").map {
            String($0).trimmingSpaces
        }
        if let known, known.contains(tag) || known.contains("W/" + tag) || known == ["*"] {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = contentType
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: content))
    }
}
