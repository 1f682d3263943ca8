import CLineScan

/// Which lines of a channel any form asks for, in the shape in which
/// `line_scan()` steps over the others. It may let more lines through than are
/// asked for, never fewer.
///
/// It lives as long as the process: there is one for each set of forms. Unchecked,
/// as it is a pointer: what it points to does not change after `init`.
struct LineFilter: @unchecked Sendable {
    private let table: UnsafeMutablePointer<line_scan_table>

    /// A filter that lets the lines with these triggers through.
    init(_ triggers: [LineTriggers]) {
        table = .allocate(capacity: 1)
        table.initialize(to: line_scan_table())
        withUnsafeMutableBytes(of: &table.pointee.letters) { letters in
            for index in letters.indices { letters[index] = 0xFF }
        }
        place(letter: Byte.of("\\"))
        for trigger in triggers { add(trigger) }
    }

    private func add(_ triggers: LineTriggers) {
        triggers.first.withUTF8Buffer { bytes in
            for byte in bytes {
                let isNumber = Byte.isDigit(byte)
                mark(byte, isNumber ? LINE_SCAN_NUMBER : LINE_SCAN_ALWAYS)
            }
        }
        if triggers.isBracketed {
            mark(Byte.of("["), LINE_SCAN_BRACKET)
            mark(Byte.of("("), LINE_SCAN_BRACKET)
        }
        if triggers.isRedrawn { table.pointee.asks_redrawn = true }
        for name in triggers.names { add(name: name) }
        for prefix in triggers.prefixes {
            let bytes = prefix.utf8Start
            for first in [bytes[0], Byte.lowercase(bytes[0]), Byte.uppercase(bytes[0])] {
                mark(first, LINE_SCAN_PREFIX)
            }
            let bit =
                prefix.utf8CodeUnitCount == 3
                ? line_scan_prefix(bytes[0], bytes[1], bytes[2])
                : line_scan_long_prefix(bytes[0], bytes[1], bytes[2], bytes[3])
            withUnsafeMutableBytes(of: &table.pointee.prefixes) {
                $0.assumingMemoryBound(to: UInt64.self)[Int(bit / 64)] |= 1 << UInt64(bit % 64)
            }
        }
        triggers.last.withUTF8Buffer { bytes in
            for byte in bytes {
                withUnsafeMutableBytes(of: &table.pointee.last) { $0[Int(byte)] = 1 }
            }
        }
    }

    private func mark(_ byte: UInt8, _ flag: Int) {
        withUnsafeMutableBytes(of: &table.pointee.first) {
            $0[Int(byte)] |= UInt8(flag)
        }
    }

    private func add(name: StaticString) {
        precondition(name.utf8CodeUnitCount >= 2, "a name has at least two bytes")
        mark(Byte.of("{"), LINE_SCAN_OBJECT)
        let letters = UInt16(name.utf8Start[0]) | UInt16(name.utf8Start[1]) << 8
        withUnsafeMutableBytes(of: &table.pointee.names) { raw in
            let names = raw.assumingMemoryBound(to: UInt16.self)
            guard let slot = names.firstIndex(where: { $0 == 0 || $0 == letters }) else {
                preconditionFailure("no room for another name")
            }
            names[slot] = letters
        }
        place(letter: name.utf8Start[0])
    }

    /// Puts a letter that names begin with to where `line_scan()` looks for it.
    private func place(letter: UInt8) {
        withUnsafeMutableBytes(of: &table.pointee.letters) { letters in
            let slot = Int(letter & 15)
            precondition(
                letters[slot] == 0xFF || letters[slot] == letter,
                "names must begin with letters that differ in their low halves")
            letters[slot] = letter
        }
    }

    /// `scan`, without the instructions that not every processor has.
    func scanPortably(
        _ bytes: UnsafePointer<UInt8>, from position: Int, count: Int, isRedrawn: Bool
    ) -> line_scan_stop {
        line_scan_portable(bytes, position, count, isRedrawn, table)
    }

    /// See `line_scan()`.
    @inline(__always)
    func scan(
        _ bytes: UnsafePointer<UInt8>, from position: Int, count: Int, isRedrawn: Bool
    ) -> line_scan_stop {
        line_scan(bytes, position, count, isRedrawn, table)
    }
}
