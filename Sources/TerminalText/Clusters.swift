/// Gives a number to each character that consists of several scalars, a base and
/// combining marks, so that a cell of a row is one number whatever it shows.
struct Clusters {
    /// Numbers from here on are clusters; below are scalars.
    static let first: UInt32 = 0x11_0000
    /// The most clusters that are kept. Written languages get by with a few
    /// thousand; marks that would need more are left out.
    private static let limit = 1 << 14

    private struct Cluster: Hashable {
        /// A scalar, or a cluster with a mark less.
        let base: UInt32
        let mark: UInt32
    }

    private var clusters: [Cluster] = []
    private var numbers: [Cluster: UInt32] = [:]

    /// What a cell shows once a mark is added to it.
    mutating func adding(_ mark: UInt32, to base: UInt32) -> UInt32 {
        let cluster = Cluster(base: base, mark: mark)
        if let number = numbers[cluster] { return number }
        guard clusters.count < Self.limit else { return base }
        let number = Self.first + UInt32(clusters.count)
        clusters.append(cluster)
        numbers[cluster] = number
        return number
    }

    /// Adds what a cell shows as UTF-8.
    func append(_ cell: UInt32, to text: inout [UInt8]) {
        var base = cell
        var marks: [UInt32] = []
        while base >= Self.first {
            let cluster = clusters[Int(base - Self.first)]
            marks.append(cluster.mark)
            base = cluster.base
        }
        Self.append(scalar: base, to: &text)
        for mark in marks.reversed() { Self.append(scalar: mark, to: &text) }
    }

    /// Adds a scalar as UTF-8 (RFC 3629 §3).
    private static func append(scalar: UInt32, to text: inout [UInt8]) {
        func byte(_ value: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: value) }
        switch scalar {
        case ..<0x80:
            text.append(byte(scalar))
        case ..<0x800:
            text.append(byte(0xC0 | scalar >> 6))
            text.append(byte(0x80 | scalar & 0x3F))
        case ..<0x1_0000:
            text.append(byte(0xE0 | scalar >> 12))
            text.append(byte(0x80 | scalar >> 6 & 0x3F))
            text.append(byte(0x80 | scalar & 0x3F))
        default:
            text.append(byte(0xF0 | scalar >> 18))
            text.append(byte(0x80 | scalar >> 12 & 0x3F))
            text.append(byte(0x80 | scalar >> 6 & 0x3F))
            text.append(byte(0x80 | scalar & 0x3F))
        }
    }
}
