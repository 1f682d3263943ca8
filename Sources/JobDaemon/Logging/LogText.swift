/// Text from anywhere as it may stand in the log.
enum LogText {
    /// As a sentence: what is not to be seen is escaped.
    static func sentence(_ text: String) -> String { escaped(text, quoted: false) }

    /// As the value of a name: in quotes where it could be taken for more than one
    /// value.
    static func value(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "="), UInt8(ascii: "["),
                UInt8(ascii: "]"):
                false
            default: byte > 0x20 && byte < 0x7F
            }
        }
        if isPlain, !text.isEmpty, text.utf8.count <= longest { return text }
        return "\"" + escaped(text, quoted: true) + "\""
    }

    private static func escaped(_ text: String, quoted: Bool) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if count > longest {
                result += "…"
                break
            }
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            // So that what was escaped can be told from what was written so.
            case "\\": result += "\\\\"
            case "\"" where quoted: result += "\\\""
            case _ where isHidden(scalar):
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a terminal would show it otherwise than as a character in its place:
    /// controls (C0 and C1), line and paragraph separators, and what sets the
    /// direction of writing (Unicode 16.0 §4.5, General Category).
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            return true
        default: return false
        }
    }

    /// How many characters of a text are shown: a path of 64 KiB is no use to
    /// anybody.
    private static let longest = 1000
}
