import HTTPTypes
import JobModel
import NIOHTTP1

/// What is demanded of a request beyond what the parsers demand. Whatever two
/// programs could understand in two ways is refused: behind a proxy, that is how
/// one request is made to carry another (request smuggling).
enum RequestRules {
    /// What is wrong with the head of an HTTP/1 request, so that nothing of what
    /// follows on the connection can be relied on; nil when nothing is.
    static func violation(_ head: HTTPRequestHead) -> JobError? {
        if let error = framingViolation(head) { return error }
        if unserved.contains(head.method.rawValue) {
            return malformed("\(head.method.rawValue) is not served here.")
        }
        let hosts = head.headers["Host"]
        if hosts.count > 1 || (hosts.isEmpty && head.version != .http1_0) {
            return malformed("A request has one Host (RFC 9112 §3.2), not \(hosts.count).")
        }
        if let host = hosts.first, !isAuthority(host) {
            return malformed("Host is no name or address with a port.")
        }
        if let expectation = head.headers.first(name: "Expect"),
            expectation.lowercased() != "100-continue"
        {
            return malformed("Only 100-continue can be expected.")
        }
        return originForm(of: head) == nil
            ? malformed("The target of a request is a path, or a URL of the same host.") : nil
    }

    /// The path and query that a request is for; nil when it names none, or one
    /// of another host than `Host` does (RFC 9112 §3.2).
    static func originForm(of head: HTTPRequestHead) -> String? {
        let target = head.uri
        if target.contains("#") { return nil }
        if target.hasPrefix("/") || (target == "*" && head.method == .OPTIONS) { return target }
        let lowercased = target.lowercased()
        guard let scheme = ["http://", "https://"].first(where: lowercased.hasPrefix),
            let host = head.headers.first(name: "Host")
        else { return nil }
        let rest = target.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard authority.lowercased() == host.lowercased() else { return nil }
        let path = rest.dropFirst(authority.count)
        return path.hasPrefix("/") ? String(path) : "/\(path)"
    }

    /// Checks what is the same for all versions of HTTP.
    ///
    /// - Throws: `uri_too_long`, `headers_too_large`, `malformed_request`.
    static func check(_ request: HTTPRequest) throws(JobError) {
        guard (request.path ?? "").utf8.count <= ConnectionLimits.target else {
            throw JobError(
                .uriTooLong, "The URL is longer than \(ConnectionLimits.target >> 10) KiB.")
        }
        guard request.headerFields.count <= ConnectionLimits.headerFields else {
            throw headersTooLarge
        }
        // HTTP/2 has no other place for these than HTTP/1, whose guard knows them.
        guard let path = request.path, path.hasPrefix("/") || request.method == .options,
            request.method != .connect, request.method != .trace
        else { throw malformed("This is not served here.") }
        guard request.authority.map(isAuthority) ?? true,
            request.headerFields[.host].map({ $0 == request.authority }) ?? true
        else { throw malformed("Host is no name or address with a port.") }
    }

    /// What a head is told that is larger than the limits.
    static let headersTooLarge = JobError(
        .headersTooLarge,
        "The header is longer than \(ConnectionLimits.headerBytes >> 10) KiB, or has more than "
            + "\(ConnectionLimits.headerFields) fields. Send less, cookies for instance.")

    /// What is said of a request whose client has gone, though nobody hears it.
    static let interrupted = JobError(
        .malformedRequest, "The connection ended before the request had come as a whole.")

    static func malformed(_ message: String) -> JobError {
        JobError(.malformedRequest, message)
    }

    // MARK: Framing

    private static func framingViolation(_ head: HTTPRequestHead) -> JobError? {
        let codings = head.headers["Transfer-Encoding"]
        if !codings.isEmpty {
            // RFC 9112 §6.1: HTTP/1.0 knows none, and a length beside it is an
            // attempt. Others than chunked are not served.
            guard head.version != .http1_0, codings.count == 1,
                codings[0].lowercased() == "chunked", !head.headers.contains(name: "Content-Length")
            else { return malformed("The only Transfer-Encoding is chunked, without a length.") }
            return nil
        }
        let lengths = head.headers["Content-Length"]
        guard let length = lengths.first else { return nil }
        guard lengths.count == 1, !length.isEmpty,
            length.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return malformed("Content-Length must be one number.") }
        return nil
    }

    /// Methods that are no requests for something that is here: tunnels, echoes,
    /// and those of other protocols that the parser knows.
    private static let unserved: Set<String> = [
        "CONNECT", "TRACE", "SOURCE", "PRI", "ANNOUNCE", "DESCRIBE", "FLUSH", "GET_PARAMETER",
        "PAUSE", "PLAY", "RECORD", "REDIRECT", "SETUP", "SET_PARAMETER", "TEARDOWN",
    ]

    /// Whether a text is a host and perhaps a port, and nothing else (RFC 3986
    /// §3.2, without user information); empty is allowed.
    static func isAuthority(_ text: String) -> Bool {
        var rest = text[...]
        if rest.hasPrefix("[") {
            guard let bracket = rest.firstIndex(of: "]") else { return false }
            let address = rest[rest.index(after: rest.startIndex)..<bracket]
            guard address.utf8.allSatisfy({ $0.isHexadecimal || ":.".utf8.contains($0) }) else {
                return false
            }
            rest = rest[rest.index(after: bracket)...]
        } else {
            let name = rest.prefix { $0 != ":" }
            guard
                name.utf8.allSatisfy({ $0.isAlphanumeric || "-._~%!$&'()*+,;=".utf8.contains($0) })
            else { return false }
            rest = rest[name.endIndex...]
        }
        if rest.isEmpty { return true }
        return rest.hasPrefix(":") && rest.utf8.count <= 6
            && rest.utf8.dropFirst().allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    fileprivate var isHexadecimal: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
