/// A command's discussion, as its help shows it, taken apart: paragraphs, and then
/// sections, each under a heading in capitals with a colon.
struct ManualDiscussion: Equatable {
    /// A section's heading, without the colon, and its lines.
    struct Section: Equatable {
        var title: String
        var lines: [String]
    }

    private(set) var paragraphs: [String] = []
    private(set) var sections: [Section] = []

    init(_ text: String) {
        var lines: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let title = Self.title(line) {
                finish(&lines)
                sections.append(Section(title: title, lines: []))
            } else if sections.isEmpty, line.allSatisfy(\.isWhitespace) {
                finish(&lines)
            } else {
                lines.append(line)
            }
        }
        finish(&lines)
    }

    /// The lines of the section of this title; nil when there is none.
    func lines(of title: String) -> [String]? {
        sections.first { $0.title == title }?.lines
    }

    private mutating func finish(_ lines: inout [Substring]) {
        defer { lines = [] }
        guard !sections.isEmpty else {
            if !lines.isEmpty { paragraphs.append(lines.joined(separator: " ")) }
            return
        }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        // The whole section is indented by as much as its least indented line.
        let indent =
            lines.filter { !$0.allSatisfy(\.isWhitespace) }
            .map { $0.prefix { $0 == " " }.count }.min() ?? 0
        sections[sections.count - 1].lines = lines.map { String($0.dropFirst(indent)) }
    }

    private static func title(_ line: Substring) -> String? {
        guard line.last == ":", line.count > 2, line.first?.isUppercase == true,
            line.dropLast().allSatisfy({ $0.isASCII && $0.isUppercase || $0 == " " })
        else { return nil }
        return String(line.dropLast())
    }
}
