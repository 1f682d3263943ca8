import JobAPI

/// All that was found, for people and for programs.
struct DoctorReport: Sendable {
    var findings: [Finding]

    /// How many there are of this level.
    func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }

    /// What to exit with.
    var status: Int32 { count(.problem) > 0 ? ExitStatus.failed : 0 }

    /// A line for each, what to do below it, and a sum.
    func lines(style: Style) -> [String] {
        let width = findings.map { DisplayText.width($0.check) }.max() ?? 0
        var lines: [String] = []
        for finding in findings {
            let level = DisplayText.pad(finding.level.rawValue, 7)
            let check = DisplayText.pad(finding.check, width)
            lines.append(
                "\(style.paint(level, Self.color(finding.level)))  \(check)  "
                    + DisplayText.clean(finding.text))
            if let advice = finding.advice {
                let indent = String(repeating: " ", count: 7 + 2 + width + 2)
                let arrow = style.isUnicode ? "→" : "->"
                lines.append("\(indent)\(arrow) \(DisplayText.clean(advice))")
            }
        }
        lines.append(sum)
        return lines
    }

    /// One document.
    var json: String {
        let items = findings.map { finding in
            let advice = finding.advice.map(JSONText.string) ?? "null"
            return "{\"check\":\(JSONText.string(finding.check)),"
                + "\"level\":\"\(finding.level.rawValue)\","
                + "\"text\":\(JSONText.string(finding.text)),\"advice\":\(advice)}"
        }
        return "{\"problems\":\(count(.problem)),\"warnings\":\(count(.warning)),"
            + "\"findings\":[\(items.joined(separator: ","))]}"
    }

    private var sum: String {
        func words(_ count: Int, _ noun: String) -> String {
            "\(count == 0 ? "no" : "\(count)") \(noun)\(count == 1 ? "" : "s")"
        }
        return "\(words(count(.problem), "problem")), \(words(count(.warning), "warning"))"
    }

    private static func color(_ level: Finding.Level) -> Style.Color {
        switch level {
        case .ok: .green
        case .info: .gray
        case .warning: .yellow
        case .problem: .red
        }
    }
}
