/// Text for mdoc(7), the language of manual pages.
enum MdocText {
    /// A paragraph's text: a new line for each sentence, as mdoc(7) wants it, and
    /// words in backquotes emphasised.
    static func paragraph(_ text: String) -> [String] {
        sentences(text).flatMap(wrapped).map { line in
            // A dot or an apostrophe at its start would make a line a request.
            let marked = marked(line)
            return marked.hasPrefix(".") || marked.hasPrefix("'") ? "\\&\(marked)" : marked
        }
    }

    /// Text as it is, line by line.
    static func literal(_ lines: [String]) -> [String] {
        lines.map { line in
            let escaped = escaped(line, dashes: true)
            return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)" : escaped
        }
    }

    /// A word as an argument of a macro.
    static func argument(_ word: String) -> String {
        let escaped = escaped(word, dashes: true).replacing("\"", with: "\\(dq")
        // mdoc(7), MACRO SYNTAX: a word that is a macro's name would be called, and
        // marks of punctuation would be set apart.
        let mayBeMacro =
            (2...3).contains(word.count) && word.first?.isUppercase == true
            || word.count == 1 && word.first?.isLetter == false && word.first?.isNumber == false
        let quoted = escaped.contains(" ") ? "\"\(escaped)\"" : escaped
        return mayBeMacro ? "\\&\(quoted)" : quoted
    }

    /// The text with nothing in it that roff(7) would take for a command.
    private static func escaped(_ text: String, dashes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            // Otherwise a hyphen, which cannot be pasted into a shell.
            case "-" where dashes: result += "\\-"
            case "'" where dashes: result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            case "\0"..."\u{7E}": result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count))
                result += digits + "]"
            }
        }
        return result
    }

    private static func marked(_ line: String) -> String {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated().map {
            index, part in
            guard index % 2 == 1 else { return words(String(part)) }
            return "\\fB\(escaped(String(part), dashes: true))\\fR"
        }.joined()
    }

    /// Text whose options have dashes that can be pasted.
    private static func words(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let bare = word.drop { $0 == "(" }
            return escaped(String(word), dashes: bare.hasPrefix("-"))
        }.joined(separator: " ")
    }

    /// A sentence on lines of no more than mdoc(7) likes. What is in backquotes
    /// stays together.
    private static func wrapped(_ sentence: String) -> [String] {
        var lines: [String] = []
        var line = ""
        var isQuoted = false
        for word in sentence.split(separator: " ") {
            if !line.isEmpty, !isQuoted, line.count + word.count > 72 {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? word : " \(word)"
            if word.count(where: { $0 == "`" }) % 2 == 1 { isQuoted.toggle() }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// The sentences of a text, without the breaks of its lines.
    private static func sentences(_ text: String) -> [String] {
        var sentences: [String] = []
        var sentence = ""
        let words = text.split(whereSeparator: \.isWhitespace)
        for (index, word) in words.enumerated() {
            sentence += sentence.isEmpty ? word : " \(word)"
            let isEnd = word.last.map { ".:?!".contains($0) } ?? false
            let next = index + 1 < words.count ? words[index + 1] : "A"
            let begins = next.first.map { $0.isUppercase || $0 == "`" || $0 == "$" } ?? false
            if isEnd && begins && word.last != ":" {
                sentences.append(sentence)
                sentence = ""
            }
        }
        if !sentence.isEmpty { sentences.append(sentence) }
        return sentences
    }
}
