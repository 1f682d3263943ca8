import JobAPI
import Yams

/// A single value of a YAML document: text unless it is plain and has a form of
/// the core schema (YAML 1.2.2, §10.3.2), or a tag that says otherwise.
struct YAMLScalar {
    /// The value in JSON.
    let json: String

    /// Reads a value.
    ///
    /// - Parameter line: where it is.
    /// - Throws: `YAMLTrouble` when JSON cannot say it, or it can be read in two ways.
    init(_ scalar: Node.Scalar, line: Int?) throws(YAMLTrouble) {
        let text = scalar.string
        switch scalar.tag.rawValue {
        case "", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
            "tag:yaml.org,2002:null":
            let isTagged = !scalar.tag.rawValue.isEmpty
            guard scalar.style == .plain || isTagged else {
                json = Self.string(text)
                return
            }
            if let word = Self.words[text] {
                json = word
            } else if let number = try Self.number(text, line: line) {
                json = number
            } else if isTagged {
                throw YAMLTrouble(line: line, "'\(text)' is not what its tag says")
            } else {
                json = Self.string(text)
            }
        case "!", "tag:yaml.org,2002:str": json = Self.string(text)
        default:
            throw YAMLTrouble(line: line, "the tag \(scalar.tag.rawValue) means nothing here")
        }
    }

    /// The text as JSON has it.
    static func string(_ text: String) -> String {
        var writer = JSONWriter(capacity: text.utf8.count + 2)
        writer.value(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static let words = [
        "": "null", "~": "null", "null": "null", "Null": "null", "NULL": "null",
        "true": "true", "True": "true", "TRUE": "true",
        "false": "false", "False": "false", "FALSE": "false",
    ]

    /// A number as JSON writes it; nil when the text is none.
    private static func number(_ text: String, line: Int?) throws(YAMLTrouble) -> String? {
        // Nearly all text does not begin as a number.
        guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return nil }
        for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(prefix.count)
            // A sign is no digit, but would be read.
            guard !digits.hasPrefix("+") else { return nil }
            return UInt64(digits, radix: radix).map(String.init)
        }
        let unsigned = text.drop { $0 == "-" || $0 == "+" }
        guard text.utf8.count - unsigned.utf8.count <= 1 else { return nil }
        if ["inf", "nan"].contains(unsigned.dropFirst().lowercased()), unsigned.first == "." {
            throw YAMLTrouble(line: line, "\(text) is no number that can be sent")
        }
        guard let number = Decimal(unsigned) else { return nil }
        if number.isInteger, number.whole.count > 1, number.whole.first == "0" {
            // Octal in YAML 1.1, decimal in 1.2, and often a string to people.
            throw YAMLTrouble(
                line: line,
                "\(text) can be read in two ways; put it in quotes, or leave out the 0")
        }
        return (text.hasPrefix("-") ? "-" : "") + number.json
    }

    /// `[0-9]+`, or `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
    private struct Decimal {
        let whole: Substring
        private let fraction: Substring
        private let exponent: Substring
        let isInteger: Bool

        init?(_ text: Substring) {
            func digits(_ text: Substring) -> Substring {
                text.prefix { $0.isASCII && $0.isNumber }
            }
            whole = digits(text)
            var rest = text[whole.endIndex...]
            if rest.first == "." {
                fraction = digits(rest.dropFirst())
                rest = rest[fraction.endIndex...]
            } else {
                fraction = ""
            }
            exponent = rest
            guard !whole.isEmpty || !fraction.isEmpty else { return nil }
            isInteger = whole.endIndex == text.endIndex
            guard let mark = rest.first else { return }
            var power = rest.dropFirst()
            if power.first == "-" || power.first == "+" { power = power.dropFirst() }
            guard mark == "e" || mark == "E", !power.isEmpty, digits(power) == power else {
                return nil
            }
        }

        /// JSON (RFC 8259 §6) wants digits before the point and after it, and no
        /// zeros before others.
        var json: String {
            let leading = whole.drop { $0 == "0" }
            return (leading.isEmpty ? "0" : leading) + (fraction.isEmpty ? "" : ".\(fraction)")
                + exponent
        }
    }
}
