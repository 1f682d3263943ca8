import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import NIOCore

extension Request {
    /// The most a request may carry.
    static let maximumBody = 1 << 20

    /// The body, which must be JSON when there is one: a form of another site's
    /// page cannot send that type.
    ///
    /// - Throws: `unsupported_media_type`, `payload_too_large`.
    func json() async throws -> [UInt8] {
        let body = try await wholeBody()
        guard mediaType == "application/json" || (mediaType == nil && body.readableBytes == 0)
        else {
            throw JobError(
                .unsupportedMediaType,
                "Send JSON, and say so: Content-Type: application/json.")
        }
        return Array(body.readableBytesView)
    }

    /// The body of a request that has nothing to say beside its path: none, or an
    /// object without members.
    ///
    /// - Throws: `unsupported_media_type`, `payload_too_large`, `invalid_spec`.
    func expectNoFields() async throws {
        try EmptyRequest.check(try await json())
    }

    /// The body as it is, of any type but those that a form of another site's page
    /// can send (fetch.spec.whatwg.org, CORS-safelisted request-header).
    ///
    /// - Throws: `unsupported_media_type`, `payload_too_large`.
    func bytes() async throws -> [UInt8] {
        let body = try await wholeBody()
        let forms = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
        if let mediaType, forms.contains(mediaType) {
            throw JobError(
                .unsupportedMediaType,
                "Send bytes, and say so: Content-Type: application/octet-stream.")
        }
        return Array(body.readableBytesView)
    }

    private var mediaType: String? {
        headers[.contentType]?.prefix { $0 != ";" }.lowercased().trimmingSpaces
    }

    private func wholeBody() async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > Self.maximumBody {
            throw JobError(.payloadTooLarge, "The body is longer than 1 MiB. Send less.")
        }
        return try await body.collect(upTo: Self.maximumBody)
    }
}

extension StringProtocol {
    /// Without spaces around it.
    var trimmingSpaces: String {
        var view = self[...]
        while view.first == " " { view = view.dropFirst() }
        while view.last == " " { view = view.dropLast() }
        return String(view)
    }
}
