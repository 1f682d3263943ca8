import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import NIOCore

extension Response {
    /// A response whose body `write` writes, with a line's end for terminals.
    static func json(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
        contentType: String = "application/json", _ write: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter(capacity: 1024)
        write(&writer)
        var headers = headers
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-store"
        var body = ByteBuffer(bytes: writer.bytes)
        body.writeInteger(UInt8(ascii: "\n"))
        return Response(status: status, headers: headers, body: .init(byteBuffer: body))
    }

    /// The answer to a request that failed (RFC 9457).
    static func problem(_ error: JobError, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        if error.code.status == 503 { headers[.retryAfter] = "1" }
        if error.code == .unauthorized, headers[.wwwAuthenticate] == nil {
            // RFC 6750 §3
            headers[.wwwAuthenticate] = #"Bearer realm="jobd""#
        }
        return json(
            HTTPResponse.Status(code: error.code.status), headers: headers,
            contentType: "application/problem+json"
        ) { $0.value(problem: error) }
    }
}
