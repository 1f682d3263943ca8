import JobModel
import TerminalText

/// Text from elsewhere, made fit for a terminal.
enum DisplayText {
    /// The text without anything that would move the cursor, change colours, ring,
    /// or reverse the direction of what follows: escape sequences go as a whole,
    /// line breaks and tabs become spaces.
    static func clean(_ text: String) -> String {
        let text = RawText.shown(text)
        // Nearly all text needs nothing.
        guard text.unicodeScalars.contains(where: isUnfit) else { return text }
        var result = String.UnicodeScalarView()
        var sequence = Sequence.none
        for scalar in text.unicodeScalars {
            switch sequence {
            case .none:
                if scalar == "\u{1B}" {
                    sequence = .started
                } else if scalar == "\u{9B}" {
                    sequence = .control
                } else if scalar == "\n" || scalar == "\t" || scalar == "\r" {
                    result.append(" ")
                } else if !isUnfit(scalar) {
                    result.append(scalar)
                }
            case .started:
                switch scalar {
                case "[": sequence = .control
                case "]", "P", "X", "^", "_": sequence = .string
                // An intermediate byte: one more belongs to the sequence.
                case " "..."/": break
                default: sequence = .none
                }
            case .control:
                // ECMA-48 §5.4: a final byte ends a control sequence.
                if ("@"..."~").contains(scalar) { sequence = .none }
            case .string:
                if scalar == "\u{07}" || scalar == "\u{9C}" { sequence = .none }
                if scalar == "\u{1B}" { sequence = .started }
            }
        }
        return String(result)
    }

    /// How many columns of a terminal the text takes.
    static func width(_ text: String) -> Int {
        var width = 0
        for character in text { width += self.width(character) }
        return width
    }

    /// The text, cut to so many columns; an ellipsis says that it was cut.
    static func fit(_ text: String, _ columns: Int, style: Style = .plain) -> String {
        guard width(text) > columns else { return text }
        let ellipsis = style.isUnicode ? "…" : "~"
        var result = ""
        var rest = columns - 1
        guard rest >= 0 else { return "" }
        for character in text {
            let width = width(character)
            guard width <= rest else { break }
            rest -= width
            result.append(character)
        }
        return result + ellipsis
    }

    /// The text with spaces to so many columns.
    static func pad(_ text: String, _ columns: Int, alignedRight: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, columns - width(text)))
        return alignedRight ? spaces + text : text + spaces
    }

    private enum Sequence { case none, started, control, string }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Line and paragraph separators; marks that change the direction
        // (Unicode UAX #9).
        case 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
        default: false
        }
    }

    private static func width(_ character: Character) -> Int {
        character.unicodeScalars.reduce(0) { $0 + ScalarWidth.columns(of: $1.value) }
    }
}
