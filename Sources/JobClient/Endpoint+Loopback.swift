extension Endpoint {
    /// Whether nothing that is sent there leaves this machine: a Unix socket, or
    /// an address of the loopback network, as it is written. No name but
    /// `localhost` counts, since what others resolve to is not ours to say.
    public var isLoopback: Bool {
        switch transport {
        case .unixSocket: true
        case .http: Self.isLoopback(host: host)
        }
    }

    /// Whether what is sent there can be read on its way.
    public var isPlainRemote: Bool {
        switch transport {
        case .unixSocket: false
        case .http(let base): base.hasPrefix("http://") && !isLoopback
        }
    }

    /// The host's name or address, without brackets; empty for a Unix socket.
    public var host: String { Self.split(authority).host }

    /// The port; nil for a Unix socket.
    public var port: Int? {
        switch transport {
        case .unixSocket: nil
        case .http(let base): Self.split(authority).port ?? (base.hasPrefix("https") ? 443 : 80)
        }
    }

    /// What is between the scheme and the path.
    private var authority: Substring {
        guard case .http(let base) = transport, let mark = base.firstRange(of: "://") else {
            return ""
        }
        return base[mark.upperBound...].prefix { $0 != "/" }
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int?) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let host = authority[authority.index(after: authority.startIndex)..<end]
            return (String(host), Int(authority[end...].dropFirst(2)))
        }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts.first ?? ""), parts.count > 1 ? Int(parts[1]) : nil)
    }

    /// The addresses in their usual form only (RFC 6890 §2.2.2, §2.2.3): what some
    /// parsers take for one, like `127.1`, others do not.
    private static func isLoopback(host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
