/// Where a daemon is reached.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// How its connections are made.
    public enum Transport: Hashable, Sendable {
        /// Through the Unix socket of this path.
        case unixSocket(path: String)
        /// By TCP; the base of its URLs, without a slash at the end.
        case http(base: String)
    }

    /// How its connections are made.
    public let transport: Transport

    /// A daemon's Unix socket.
    public init(socketPath: String) {
        transport = .unixSocket(path: socketPath)
    }

    /// Reads `http://host:port`, `https://host` (a proxy in front), or
    /// `unix:/path`; nil when it is neither.
    public init?(_ url: String) {
        if url.hasPrefix("unix:") {
            var path = url.dropFirst("unix:".count)
            while path.hasPrefix("//") { path = path.dropFirst() }
            guard path.hasPrefix("/"), path.count > 1 else { return nil }
            transport = .unixSocket(path: String(path))
        } else if let scheme = ["http://", "https://"].first(where: url.hasPrefix) {
            var base = url[...]
            while base.hasSuffix("/") { base = base.dropLast() }
            let rest = base.dropFirst(scheme.count)
            // What other parsers might take another host from is no URL here:
            // `http://127.0.0.1@elsewhere`.
            guard !rest.isEmpty, !rest.hasPrefix("/"),
                !base.contains(where: { "?#@\\".contains($0) }),
                base.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { return nil }
            transport = .http(base: String(base))
        } else {
            return nil
        }
    }

    /// Where a daemon with no settings of its own listens by TCP.
    public static let defaultAddress = "http://127.0.0.1:7620"

    /// In the form that `init(_:)` reads.
    public var description: String {
        switch transport {
        case .unixSocket(let path): "unix:\(path)"
        case .http(let base): base
        }
    }

    /// What to ask for to get to a link that the daemon has given. It begins with the
    /// path under which the daemon is served, if the daemon knows that, and with it
    /// the base of URLs ends too; a proxy may also serve it under a path that it keeps
    /// to itself.
    ///
    /// - Throws: `ClientError.protocolViolation` for a link to elsewhere.
    func target(ofLink link: String) throws(ClientError) -> String {
        guard link.hasPrefix("/"), !link.hasPrefix("//") else {
            throw .protocolViolation("a link leads to \(link)")
        }
        guard case .http(let base) = transport,
            let authority = base.firstRange(of: "://")?.upperBound,
            let slash = base[authority...].firstIndex(of: "/")
        else { return link }
        let path = base[slash...]
        return link.hasPrefix("\(path)/") ? String(link.dropFirst(path.count)) : link
    }

    /// The URL of a resource, as the HTTP client takes it.
    func url(_ pathAndQuery: String) -> String {
        switch transport {
        case .unixSocket(let path): "http+unix://\(PercentEncoding.encode(path))\(pathAndQuery)"
        case .http(let base): "\(base)\(pathAndQuery)"
        }
    }
}
