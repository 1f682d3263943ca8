import HTTPTypes
import Hummingbird

/// How a request looked where its client is: which host and scheme it used, and
/// from which address.
///
/// All that access depends on is here; whom to believe about it `RequestOrigin`
/// decides.
struct ClientView: Sendable {
    /// The host and port that the client asked, as it wrote them.
    var authority: String?
    /// `http` or `https`.
    var scheme = "http"
    /// By what its failures are counted: an address, or of IPv6 the network, for a
    /// client has all addresses of that (RFC 4291 §2.5.4).
    var address = ""
    /// Whether a proxy says that it passes the request on for somebody, or it can be
    /// told in another way.
    var isForwarded = false
    /// Whether it carries a password (RFC 7617), which jobd never asks for: a browser
    /// sends it with everything once a proxy in front has asked, and many pass it on.
    var hasPassword = false
    /// Whether a browser sends it, as far as one can tell.
    var isBrowser = false
    /// Whether a page of our own, or of a listed origin, has it sent.
    var isOwnPage = false

    init() {}

    init(_ request: Request, _ context: JobRequestContext) {
        authority = context.origin.host
        scheme = context.origin.scheme
        hasPassword = request.headers[.authorization]?.lowercased().hasPrefix("basic ") ?? false
        isForwarded = hasPassword || Self.marks.contains { request.headers.contains($0) }
        isBrowser = request.headers.contains(.origin) || request.headers.contains(.fetchSite)
        address = context.origin.address?.network.description ?? context.peer.description
    }

    /// What proxies add. Of all of them one is enough.
    private static let marks: [HTTPField.Name] = [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
        "Via",
    ].compactMap { HTTPField.Name($0) }
}

extension HTTPField.Name {
    /// From where a browser sends a request (w3.org/TR/fetch-metadata §2.4).
    static let fetchSite = known("Sec-Fetch-Site")
    /// Whether it follows a link or acts for a page (§2.2).
    static let fetchMode = known("Sec-Fetch-Mode")
    /// What becomes of the answer (§2.1).
    static let fetchDestination = known("Sec-Fetch-Dest")
}
