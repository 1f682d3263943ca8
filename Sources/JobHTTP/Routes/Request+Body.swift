import HTTPTypes
import Hummingbird
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
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > Self.maximumBody {
            throw JobError(.payloadTooLarge, "The body is longer than 1 MiB. Send less.")
        }
        let body = try await body.collect(upTo: Self.maximumBody)
        let type = headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard type?.trimmingSpaces == "application/json" || (type == nil && body.readableBytes == 0)
        else {
            throw JobError(
                .unsupportedMediaType,
                "Send JSON, and say so: Content-Type: application/json.")
        }
        return Array(body.readableBytesView)
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
