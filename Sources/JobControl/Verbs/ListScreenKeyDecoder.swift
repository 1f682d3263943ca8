/// Reads keys from the bytes that a terminal sends: xterm's control sequences
/// (ECMA-48 §5.4; "XTerm Control Sequences", PC-style function keys), and the
/// letters that less(1) knows.
struct ListScreenKeyDecoder {
    private enum State {
        case ground
        /// After ESC.
        case escape
        /// After ESC O.
        case single
        /// After ESC [, with the parameters so far.
        case control([UInt8])
    }

    private var state = State.ground

    /// The keys that these bytes complete. Others are passed over.
    mutating func keys(_ bytes: [UInt8]) -> [ListScreenKey] {
        var keys: [ListScreenKey] = []
        for byte in bytes {
            if let key = key(byte) { keys.append(key) }
        }
        // An ESC that nothing follows was the key itself: it must not swallow the
        // next one. What a terminal sends for one key comes in one go.
        if case .escape = state { state = .ground }
        return keys
    }

    private mutating func key(_ byte: UInt8) -> ListScreenKey? {
        switch state {
        case .ground:
            if byte == 0x1B {
                state = .escape
                return nil
            }
            return Self.letters[byte]
        case .escape:
            switch byte {
            case UInt8(ascii: "["): state = .control([])
            case UInt8(ascii: "O"): state = .single
            case 0x1B: break
            default: state = .ground
            }
            return nil
        case .single:
            state = .ground
            return Self.finals[byte]
        case .control(let parameters):
            guard (0x40...0x7E).contains(byte) else {
                // Longer than any key: nonsense is not to be remembered.
                state = parameters.count < 32 ? .control(parameters + [byte]) : .ground
                return nil
            }
            state = .ground
            guard byte == UInt8(ascii: "~") else { return Self.finals[byte] }
            return Self.numbers[String(decoding: parameters, as: UTF8.self)]
        }
    }

    private static let letters: [UInt8: ListScreenKey] = [
        UInt8(ascii: "q"): .quit, UInt8(ascii: "Q"): .quit,
        // Ctrl-C, where the terminal does not make a signal of it.
        0x03: .quit,
        UInt8(ascii: "k"): .up, UInt8(ascii: "y"): .up, 0x10: .up,
        UInt8(ascii: "j"): .down, UInt8(ascii: "e"): .down, 0x0E: .down,
        0x0A: .down, 0x0D: .down,
        UInt8(ascii: "b"): .pageUp, 0x02: .pageUp,
        UInt8(ascii: "f"): .pageDown, UInt8(ascii: " "): .pageDown, 0x06: .pageDown,
        UInt8(ascii: "g"): .home, UInt8(ascii: "<"): .home,
        UInt8(ascii: "G"): .end, UInt8(ascii: ">"): .end,
        UInt8(ascii: "r"): .redraw, 0x0C: .redraw,
    ]

    private static let finals: [UInt8: ListScreenKey] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "H"): .home,
        UInt8(ascii: "F"): .end,
    ]

    private static let numbers: [String: ListScreenKey] = [
        "1": .home, "7": .home, "4": .end, "8": .end, "5": .pageUp, "6": .pageDown,
    ]
}
