/// What a parameter that is text may be.
package struct TextRule: Hashable, Sendable {
    /// All of it must have this form; nil: any.
    package var pattern: ParameterPattern?
    /// In characters (Unicode scalars).
    package var minimumLength: Int
    /// In characters (Unicode scalars).
    package var maximumLength: Int
    /// Whether it may begin an argument with a dash, and so be an option.
    package var allowsLeadingDash: Bool
    /// Whether there may be tabs, ends of lines and the like in it.
    package var allowsControlCharacters: Bool

    /// In characters.
    package static let defaultMaximumLength = 4096

    package init(
        pattern: ParameterPattern? = nil, minimumLength: Int? = nil,
        maximumLength: Int = TextRule.defaultMaximumLength, allowsLeadingDash: Bool = false,
        allowsControlCharacters: Bool = false
    ) {
        self.pattern = pattern
        // An empty argument is seldom meant: /srv/{name} would be /srv/. A pattern
        // says by itself whether it is.
        self.minimumLength = minimumLength ?? (pattern == nil ? 1 : 0)
        self.maximumLength = maximumLength
        self.allowsLeadingDash = allowsLeadingDash
        self.allowsControlCharacters = allowsControlCharacters
    }

    /// What is wrong with a text; nil when nothing is.
    func objection(to text: String) -> String? {
        let length = text.unicodeScalars.count
        if length > maximumLength { return "must not be longer than \(maximumLength) characters" }
        if length < minimumLength {
            return minimumLength == 1
                ? "must not be empty" : "must not be shorter than \(minimumLength) characters"
        }
        if let objection = Self.objection(toScalarsOf: text, controls: allowsControlCharacters) {
            return objection
        }
        if let pattern, !pattern.matches(text) {
            return "must have the form \(pattern.source)"
        }
        return nil
    }

    /// - Parameter controls: whether control characters (U+0000 to U+001F, U+007F to
    ///   U+009F) other than NUL are permitted.
    static func objection(toScalarsOf text: String, controls: Bool) -> String? {
        for scalar in text.unicodeScalars {
            if scalar.value == 0 { return "must not contain a NUL character" }
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            if isControl, !controls {
                return "must not contain control characters, such as the end of a line"
            }
        }
        return nil
    }
}
