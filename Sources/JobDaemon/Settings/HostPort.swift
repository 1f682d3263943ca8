/// An address to listen on.
struct HostPort: Hashable {
    /// A name or an address, without brackets.
    let host: String
    /// 0 lets the system pick one.
    let port: UInt16
    /// Whether it was given as `http://HOST:PORT`: not encrypted, whatever the
    /// others are.
    let isPlain: Bool

    init(host: String, port: UInt16, isPlain: Bool = false) {
        self.host = host
        self.port = port
        self.isPlain = isPlain
    }

    /// - Throws: `StartError` for anything but `HOST:PORT`.
    init(_ text: String, from given: SettingSources.Given) throws {
        let isPlain = text.hasPrefix("http://")
        let address = isPlain ? text.dropFirst("http://".count) : text[...]
        guard let colon = address.lastIndex(of: ":"), colon != address.startIndex,
            let port = UInt16(address[address.index(after: colon)...])
        else {
            throw StartError(
                given.status, "\(given.origin) must be HOST:PORT, not '\(text)'.")
        }
        var host = String(address[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.init(host: host, port: port, isPlain: isPlain)
    }
}
