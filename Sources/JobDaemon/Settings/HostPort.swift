/// An address to listen on.
struct HostPort: Hashable {
    /// A name or an address, without brackets.
    let host: String
    /// 0 lets the system pick one.
    let port: UInt16

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Throws: `StartError` for anything but `HOST:PORT`.
    init(_ text: String, from given: SettingSources.Given) throws {
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            let port = UInt16(text[text.index(after: colon)...])
        else {
            throw StartError(
                given.status, "\(given.origin) must be HOST:PORT, not '\(text)'.")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.init(host: host, port: port)
    }
}
