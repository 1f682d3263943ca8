import JobModel

/// Remembers the weak forms that were seen lately, to believe one when its
/// number rises: prose and tables do not count up, progress does.
struct RisingShapes: Sendable {
    /// What makes a later number stand for the same thing rising.
    enum Rule {
        /// Greater than the last, at a later time: the rows of a table, which
        /// are printed at once, do not qualify.
        case later
        /// Greater than the last.
        case greater
        /// One more than the last.
        case successor
    }

    /// How often in succession it must have risen, and how.
    struct Evidence {
        /// What counts.
        var rule: Rule
        /// How often.
        var times = 1
    }

    private struct Entry {
        var shape: UInt64
        var value: Double
        var at: Timestamp
        var rises = 0
        var isBelieved: Bool
    }

    /// How many shapes are remembered; the one not seen for longest goes first.
    private static let limit = 8
    private var entries: [Entry] = []

    /// Whether a line of this shape with this number is progress: its number
    /// has risen as `evidence` asks, now or at any earlier line of the shape.
    mutating func believes(
        _ shape: UInt64, value: Double, at: Timestamp, evidence: Evidence
    ) -> Bool {
        guard let index = entries.firstIndex(where: { $0.shape == shape }) else {
            if entries.count == Self.limit { entries.removeFirst() }
            entries.append(Entry(shape: shape, value: value, at: at, isBelieved: false))
            return false
        }
        var entry = entries.remove(at: index)
        let rises =
            switch evidence.rule {
            case .later: value > entry.value && at > entry.at
            case .greater: value > entry.value
            case .successor: value == entry.value + 1
            }
        entry.rises = rises ? entry.rises &+ 1 : 0
        entry.isBelieved = entry.isBelieved || entry.rises >= evidence.times
        entry.value = value
        entry.at = at
        entries.append(entry)
        return entry.isBelieved
    }
}

/// A 64-bit hash (FNV-1a) that is the same in every process, unlike `Hasher`:
/// what is recognised must not differ after a restart.
struct ShapeHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Adds one byte.
    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    /// Adds bytes, each run of digits as a single one: `part 3` and `part 12`
    /// have the same shape.
    mutating func addShape(of bytes: UnsafeRawBufferPointer) {
        var wasDigit = false
        for byte in bytes {
            let isDigit = Byte.isDigit(byte)
            if !isDigit || !wasDigit { add(isDigit ? Byte.of("0") : byte) }
            wasDigit = isDigit
        }
    }

    /// Adds a number.
    mutating func add(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            add(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }
}
