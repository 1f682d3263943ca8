/// Steps through one terminal escape sequence, byte by byte, so that it may be
/// cut anywhere.
///
/// The grammar is ECMA-48's as xterm reads it ("XTerm Control Sequences"). Of
/// strings (titles, images, device control) nothing is kept. `ProgressRecognition`
/// has a parser of its own that asks other questions: it keeps strings, and
/// parameters are nothing to it.
struct ControlSequence {
    /// What a byte meant.
    enum Step: Equatable {
        /// The sequence goes on.
        case more
        /// It is complete and does nothing here.
        case nothing
        /// `ESC final`
        case escape(UInt8)
        /// `CSI parameters final`; `marker` is the `?`, `>` or the like before
        /// the parameters, and 0 when there is none.
        case control(UInt8, marker: UInt8)
        /// It was broken off; the byte belongs to what follows.
        case broken
    }

    /// The most bytes of a string. Images are that long; what goes on for longer
    /// was never meant as one.
    private static let stringLimit = 1 << 20
    /// The most bytes of any other sequence.
    private static let limit = 256
    /// The most parameters that are kept, and the largest.
    private static let parameterLimit = 16
    private static let valueLimit = 9999

    private enum State {
        case idle, start, intermediate, control, ignored, string, stringEscape
    }

    private var state = State.idle
    private var length = 0
    private var marker: UInt8 = 0
    /// The byte that says what kind of string it is.
    private var introducer: UInt8 = 0
    private var parameters: [Int] = []

    /// Whether the next byte belongs to a sequence.
    var isActive: Bool { state != .idle }

    /// An escape byte was seen.
    mutating func begin() {
        state = .start
        length = 0
    }

    /// The parameter at `index`; `absent` when it was not given, or is 0.
    func parameter(_ index: Int, or absent: Int = 1) -> Int {
        index < parameters.count && parameters[index] > 0 ? parameters[index] : absent
    }

    /// Whether `value` is among the parameters.
    func contains(_ value: Int) -> Bool {
        parameters.contains(value)
    }

    /// Takes the next byte after `begin()`.
    mutating func take(_ byte: UInt8) -> Step {
        length += 1
        if byte == Byte.cancel || byte == Byte.substitute { return end(.nothing) }
        switch state {
        case .idle: return .broken
        case .string: return inString(byte)
        case .stringEscape:
            if byte == Byte.backslash { return end(.nothing) }
            // Any other sequence cuts the string off and begins anew.
            begin()
            return afterEscape(byte)
        case .start, .intermediate, .control, .ignored: break
        }
        if byte == Byte.escape {
            begin()
            return .more
        }
        guard byte >= Byte.space, byte < Byte.delete, length <= Self.limit else {
            return end(.broken)
        }
        return switch state {
        case .start: afterEscape(byte)
        case .intermediate: byte < 0x30 ? .more : end(.nothing)
        default: inControl(byte)
        }
    }

    private mutating func end(_ step: Step) -> Step {
        state = .idle
        return step
    }

    private mutating func afterEscape(_ byte: UInt8) -> Step {
        switch byte {
        case UInt8(ascii: "["):
            state = .control
            marker = 0
            parameters.removeAll(keepingCapacity: true)
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
            UInt8(ascii: "_"):
            state = .string
            introducer = byte
        case 0x20...0x2F: state = .intermediate
        case 0x30...0x7E: return end(.escape(byte))
        case Byte.escape: begin()
        default: return end(.broken)
        }
        return .more
    }

    private mutating func inControl(_ byte: UInt8) -> Step {
        switch byte {
        case 0x30...0x39:
            if parameters.isEmpty { parameters.append(0) }
            let last = parameters.count - 1
            parameters[last] = min(parameters[last] * 10 + Int(byte - 0x30), Self.valueLimit)
        case UInt8(ascii: ";"), UInt8(ascii: ":"):
            if parameters.isEmpty { parameters.append(0) }
            if parameters.count < Self.parameterLimit {
                parameters.append(0)
            } else {
                state = .ignored
            }
        case 0x3C...0x3F: marker = byte
        // With an intermediate byte it is another sequence, none of ours.
        case 0x20...0x2F: state = .ignored
        default:
            return end(state == .ignored ? .nothing : .control(byte, marker: marker))
        }
        return .more
    }

    private mutating func inString(_ byte: UInt8) -> Step {
        guard length <= Self.stringLimit else { return end(.broken) }
        switch byte {
        case Byte.escape: state = .stringEscape
        case Byte.bell where introducer == UInt8(ascii: "]"): return end(.nothing)
        // A terminal goes on; here a title that was never finished must not
        // swallow what follows. Images (DCS) may well have lines.
        case Byte.newline, Byte.carriageReturn:
            return introducer == UInt8(ascii: "P") ? .more : end(.broken)
        default: break
        }
        return .more
    }
}
