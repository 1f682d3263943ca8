/// Under which names the daemon is served. A page of another site whose name was
/// pointed at this machine (DNS rebinding) asks for that name, which is none of
/// them.
struct ServedHosts: Sendable {
    /// In lower case.
    private let names: Set<String>

    /// - Parameter names: beyond those that always lead here.
    init(_ names: Set<String>) {
        self.names = Set(names.map { $0.lowercased() })
    }

    /// Whether a request for `authority` that came to `local` is meant for us.
    ///
    /// Names under `localhost` are never looked up (RFC 6761 §6.3), and an address
    /// cannot be pointed elsewhere.
    func contains(_ authority: String, local: String?) -> Bool {
        guard let host = Self.host(of: authority) else { return false }
        if host == "localhost" || host.hasSuffix(".localhost") || names.contains(host) {
            return true
        }
        guard let address = HostAddress(host) else { return false }
        return address.isLoopback || local.flatMap(HostAddress.init) == address
    }

    /// The host of `host:port`, in lower case and without brackets; nil when that is
    /// none (RFC 3986 §3.2.2).
    static func host(of authority: String) -> String? {
        let text = authority.lowercased()
        let host: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard HostAddress(String(host))?.bytes != nil, host.contains(":") else { return nil }
        } else {
            let end = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<end]
            rest = text[end...]
        }
        guard rest.isEmpty || (rest.first == ":" && rest.dropFirst().allSatisfy(\.isASCIIDigit))
        else { return nil }
        // The root that every name ends in.
        let name = host.hasSuffix(".") ? host.dropLast() : host
        return name.isEmpty ? nil : String(name)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
