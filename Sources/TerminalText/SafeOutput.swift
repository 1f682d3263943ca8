/// What of a program's output may reach somebody's terminal: text, colours, and moves
/// within the line (ECMA-48 §8.3: SGR, EL, CHA, CUF, CUB; carriage return, backspace,
/// tab). Titles, the clipboard (OSC 52), other screens, moves to other lines, and
/// whatever else a terminal obeys are left out.
package struct SafeOutput: Sendable {
    private enum State {
        case text
        /// After the first byte of a C1 control in UTF-8.
        case c1
        case escape
        /// After ESC and an intermediate byte: what follows belongs to it.
        case intermediate
        /// In a control sequence, of which `sequence` has the bytes.
        case control
        /// In a command string, which ST or BEL ends.
        case string
        case stringEscape
    }

    private var state = State.text
    private var sequence: [UInt8] = []

    package init() {}

    /// Takes what comes next, which may end anywhere; what may be shown of it.
    package mutating func pass(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var safe: [UInt8] = []
        for byte in bytes { pass(byte, &safe) }
        return safe
    }

    private mutating func pass(_ byte: UInt8, _ safe: inout [UInt8]) {
        switch (state, byte) {
        case (.text, 0x1b): state = .escape
        case (.text, 0xc2): state = .c1
        case (.text, _):
            if byte >= 0x20 && byte != 0x7f || Self.moves.contains(byte) { safe.append(byte) }
        case (.c1, 0x9b): begin()
        case (.c1, 0x90), (.c1, 0x98), (.c1, 0x9d...0x9f): state = .string
        case (.c1, 0x80...0x9f): state = .text
        case (.c1, 0xa0...0xbf):
            state = .text
            safe += [0xc2, byte]
        case (.c1, _):
            // No character. By itself it could make a control of a byte that comes
            // after something that is left out.
            state = .text
            pass(byte, &safe)
        case (.escape, UInt8(ascii: "[")): begin()
        case (.escape, UInt8(ascii: "P")), (.escape, UInt8(ascii: "X")),
            (.escape, UInt8(ascii: "]")), (.escape, UInt8(ascii: "^")),
            (.escape, UInt8(ascii: "_")):
            state = .string
        case (.escape, 0x20...0x2f): state = .intermediate
        case (.escape, 0x1b), (.stringEscape, 0x1b): break
        case (.escape, _), (.intermediate, 0x30...0x7e): state = .text
        case (.intermediate, 0x20...0x2f): break
        case (.intermediate, _):
            state = .text
            pass(byte, &safe)
        case (.control, 0x40...0x7e):
            if isSafe(final: byte) { safe += [0x1b, UInt8(ascii: "[")] + sequence + [byte] }
            state = .text
        case (.control, 0x20...0x3f):
            // One that is longer says nothing that is let through.
            if sequence.count <= Self.longest { sequence.append(byte) }
        case (.control, _):
            // Something else begins within it.
            state = .text
            pass(byte, &safe)
        case (.string, 0x07), (.string, 0x18), (.string, 0x1a): state = .text
        case (.string, 0x1b): state = .stringEscape
        case (.string, _): break
        case (.stringEscape, UInt8(ascii: "\\")): state = .text
        case (.stringEscape, _): state = .string
        }
    }

    private mutating func begin() {
        state = .control
        sequence.removeAll(keepingCapacity: true)
    }

    private func isSafe(final: UInt8) -> Bool {
        guard Self.finals.contains(final), sequence.count <= Self.longest else { return false }
        return sequence.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: ";")).contains($0) }
    }

    private static let finals = Set("mKGCD".utf8)
    private static let moves = Set("\t\n\r\u{8}".utf8)
    /// A colour of each kind in one sequence takes fewer bytes.
    private static let longest = 64
}
