import HTTPTypes

/// Who asks from where, and by which name: as the connection shows it, or, behind
/// a proxy that is trusted, as that one says.
struct RequestOrigin: Hashable, Sendable {
    /// The client's address; nil when it does not come by the network.
    var address: IPAddress?
    /// `http` or `https`: what the client speaks.
    var scheme: String
    /// The host, and its port if it is not the scheme's, that the client named;
    /// nil when it named none.
    var host: String?

    /// What a connection shows.
    init(address: IPAddress?, isSecure: Bool, host: String?) {
        self.address = address
        scheme = isSecure ? "https" : "http"
        self.host = host
    }

    /// What `X-Forwarded-For`, `-Proto` and `-Host` say, if they come from a proxy
    /// that is trusted. Of each only the last value counts that a trusted proxy
    /// has added: a client can send the others itself.
    func forwarded(_ headers: HTTPFields, by proxies: TrustedProxies) -> RequestOrigin {
        guard let address, proxies.contains(address) else { return self }
        var origin = self
        for hop in Self.values(headers, .forwardedFor).reversed() {
            // What is no address was said by nobody who should know.
            guard let hop = Self.address(hop) else { break }
            origin.address = hop
            if !proxies.contains(hop) { break }
        }
        let scheme = Self.values(headers, .forwardedProto).last?.lowercased()
        if let scheme, scheme == "http" || scheme == "https" { origin.scheme = scheme }
        if let host = Self.values(headers, .forwardedHost).last, RequestRules.isAuthority(host) {
            origin.host = host
        }
        return origin
    }

    private static func values(_ headers: HTTPFields, _ name: HTTPField.Name) -> [String] {
        headers[values: name].flatMap { $0.split(separator: ",") }.map(\.trimmingSpaces)
    }

    /// An address, perhaps with a port: `10.0.0.1`, `10.0.0.1:80`, `::1`,
    /// `[::1]:80`.
    private static func address(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return address }
        if text.hasPrefix("["), let bracket = text.firstIndex(of: "]") {
            return IPAddress(text[text.index(after: text.startIndex)..<bracket])
        }
        return IPAddress(text.prefix { $0 != ":" })
    }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = known("X-Forwarded-For")
    fileprivate static let forwardedProto = known("X-Forwarded-Proto")
    fileprivate static let forwardedHost = known("X-Forwarded-Host")
}
