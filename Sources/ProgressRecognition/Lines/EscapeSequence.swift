/// Steps through one terminal escape sequence, byte by byte, so that it may be
/// cut anywhere between chunks.
///
/// The grammar is ECMA-48's as xterm reads it ("XTerm Control Sequences"):
/// `ESC [ parameters intermediates final`, `ESC ] text BEL` or `ESC ] text ESC \`,
/// the same for DCS, SOS, PM and APC, and otherwise `ESC intermediates final`.
struct EscapeSequence {
    /// What a byte meant.
    enum Step: Equatable {
        /// The sequence goes on.
        case more
        /// The sequence ended with this byte, and this is what it did.
        case ended(Effect)
        /// The sequence was broken off; the byte is ordinary text.
        case broken
    }

    /// What a whole sequence does to the line it stands in.
    enum Effect: Equatable {
        /// Nothing that matters here: colours, titles, modes, erasing.
        case nothing
        /// The cursor left the end of the line: what follows is another frame.
        case moved
        /// The cursor went right: a gap.
        case gap
        /// An operating system command, which is in `text`.
        case command
        /// A program took the whole screen for itself, or gave it back.
        case screen(isTaken: Bool)
    }

    /// The most bytes of a sequence: one that is longer was never meant as one.
    static let limit = 4096
    /// The most bytes of an operating system command that are kept.
    private static let textLimit = 64

    private enum State {
        case idle, start, intermediate, control, command, commandEscape, string, stringEscape
    }

    /// The text of the operating system command, without its introducer and
    /// terminator, cut to a length that no progress command has.
    private(set) var text: [UInt8] = []
    private var state = State.idle
    private var length = 0
    private var parameter = 0
    private var isFirstParameter = true
    private var isPrivate = false

    /// Whether the next byte belongs to a sequence.
    @inline(__always)
    var isActive: Bool { state != .idle }

    /// An escape byte was seen.
    mutating func begin() {
        state = .start
        length = 0
        parameter = 0
        isFirstParameter = true
        isPrivate = false
        text.removeAll(keepingCapacity: true)
    }

    /// Takes the next byte after `begin()`.
    mutating func take(_ byte: UInt8) -> Step {
        length += 1
        switch byte {
        case Byte.newline, Byte.carriageReturn:
            // A terminal goes on with the sequence; here one that was never
            // finished must not swallow the rest of the output.
            return end(.broken)
        case Byte.cancel, Byte.substitute:
            return end(.ended(.nothing))
        default:
            guard length <= Self.limit else { return end(.broken) }
        }
        switch state {
        case .idle: return .broken
        case .start: return afterEscape(byte)
        case .intermediate: return afterIntermediate(byte)
        case .control: return inControl(byte)
        case .command, .commandEscape: return inString(byte, isCommand: true)
        case .string, .stringEscape: return inString(byte, isCommand: false)
        }
    }

    private mutating func end(_ step: Step) -> Step {
        state = .idle
        return step
    }

    private mutating func afterEscape(_ byte: UInt8) -> Step {
        switch byte {
        case Byte.escape: break
        case Byte.of("["): state = .control
        case Byte.of("]"): state = .command
        case Byte.of("P"), Byte.of("X"), Byte.of("^"), Byte.of("_"): state = .string
        case 0x20...0x2F: state = .intermediate
        // DECRC, IND, NEL, RI: the cursor is elsewhere afterwards.
        case Byte.of("8"), Byte.of("D"), Byte.of("E"), Byte.of("M"): return end(.ended(.moved))
        case 0x30...0x7E: return end(.ended(.nothing))
        default: return end(.broken)
        }
        return .more
    }

    private mutating func afterIntermediate(_ byte: UInt8) -> Step {
        switch byte {
        case 0x20...0x2F: .more
        case 0x30...0x7E: end(.ended(.nothing))
        case Byte.escape: restart()
        default: end(.broken)
        }
    }

    private mutating func restart() -> Step {
        begin()
        return .more
    }

    private mutating func inControl(_ byte: UInt8) -> Step {
        switch byte {
        case 0x30...0x39:
            if isFirstParameter, parameter < 10_000 {
                parameter = parameter * 10 + Int(byte &- 0x30)
            }
            return .more
        case Byte.of("?") where length == 2:
            isPrivate = true
            return .more
        case 0x3A...0x3F:
            isFirstParameter = false
            return .more
        case 0x20...0x2F:
            return .more
        case 0x40...0x7E:
            return end(.ended(effect(ofFinal: byte)))
        case Byte.escape:
            return restart()
        default:
            return end(.broken)
        }
    }

    /// CUU, CUD, CNL, CPL, CUP, HVP, VPA, SCORC and CHA move the cursor away
    /// from the end of the text; CHA to another column than the first sets a
    /// field beside it, as CUF does. DECSET and DECRST of 47, 1047 and 1049
    /// switch to the alternate screen and back.
    private func effect(ofFinal byte: UInt8) -> Effect {
        switch byte {
        case Byte.of("A"), Byte.of("B"), Byte.of("E"), Byte.of("F"), Byte.of("H"), Byte.of("f"),
            Byte.of("d"), Byte.of("u"):
            .moved
        case Byte.of("G"): parameter <= 1 ? .moved : .gap
        case Byte.of("C"): .gap
        case Byte.of("h"), Byte.of("l"):
            isPrivate && (parameter == 1049 || parameter == 1047 || parameter == 47)
                ? .screen(isTaken: byte == Byte.of("h")) : .nothing
        default: .nothing
        }
    }

    private mutating func inString(_ byte: UInt8, isCommand: Bool) -> Step {
        if state == .commandEscape || state == .stringEscape {
            // `ESC \` ends the string; any other sequence cuts it off and
            // begins anew.
            if byte == Byte.of("\\") { return end(.ended(isCommand ? .command : .nothing)) }
            begin()
            length = 1
            return afterEscape(byte)
        }
        switch byte {
        case Byte.bell: return end(.ended(isCommand ? .command : .nothing))
        case Byte.escape: state = isCommand ? .commandEscape : .stringEscape
        default:
            if isCommand, text.count < Self.textLimit { text.append(byte) }
        }
        return .more
    }
}
