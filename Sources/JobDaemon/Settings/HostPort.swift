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

    /// - Throws: `StartError` for anything but `HOST:PORT`, and for addresses
    ///   that other machines can reach: whoever reaches the API can run commands
    ///   as this user, and this version has no tokens yet.
    init(_ text: String, from given: SettingSources.Given) throws {
        func reject(_ expected: String) -> StartError {
            StartError(given.status, "\(given.origin) must be \(expected), not '\(text)'.")
        }
        let isPlain = text.hasPrefix("http://")
        let text = isPlain ? String(text.dropFirst("http://".count)) : text
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw reject("HOST:PORT") }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback =
            host == "localhost" || host == "::1"
            || (parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil })
        guard isLoopback else {
            throw reject(
                "a loopback address (127.0.0.1:PORT, [::1]:PORT, localhost:PORT), since anybody "
                    + "who reaches it can run commands")
        }
        self.init(host: host, port: port, isPlain: isPlain)
    }
}
