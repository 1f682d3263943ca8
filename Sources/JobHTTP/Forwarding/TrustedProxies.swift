/// The proxies whose word is taken for who their client is.
package struct TrustedProxies: Sendable {
    /// Addresses that have a beginning in common.
    private struct Range: Hashable {
        let first: UInt128
        let mask: UInt128
    }

    private var ranges: [Range] = []

    /// None.
    package init() {}

    /// Trusts an address (`10.0.0.5`, `::1`) or all that begin alike
    /// (`10.0.0.0/8`, RFC 4632 §3.1); false when the text is neither.
    package mutating func add(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, let address = IPAddress(first) else {
            return false
        }
        let width = address.isIPv4 ? 32 : 128
        var length = width
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
                let number = Int(parts[1]), (0...width).contains(number)
            else { return false }
            length = number
        }
        let mask = ~UInt128(0) << UInt128(width - length)
        ranges.append(Range(first: address.bits & mask, mask: mask))
        return true
    }

    func contains(_ address: IPAddress) -> Bool {
        ranges.contains { address.bits & $0.mask == $0.first }
    }
}
