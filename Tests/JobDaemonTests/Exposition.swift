import Testing

/// Prometheus' text format, read as strictly as it is written down
/// (prometheus.io/docs/instrumenting/exposition_formats): a family's lines stand
/// together, with one HELP and one TYPE before them, and no sample twice.
struct Exposition {
    /// A figure.
    struct Sample: Hashable {
        let name: String
        let labels: [String: String]
    }

    /// What is wrong, and where.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// The families' kinds, by name.
    private(set) var kinds: [String: String] = [:]
    private(set) var values: [Sample: Double] = [:]

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(description: "no end of line") }
        var family = ""
        var helped: Set<String> = []
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") {
                let words = line.split(separator: " ", maxSplits: 3)
                guard words.count == 4, helped.insert(String(words[2])).inserted else {
                    throw Malformed(description: "HELP: \(line)")
                }
                family = String(words[2])
            } else if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                guard words.count == 4, words[2] == family, kinds[family] == nil,
                    ["counter", "gauge", "histogram"].contains(words[3])
                else { throw Malformed(description: "TYPE: \(line)") }
                kinds[family] = String(words[3])
            } else {
                var reader = Substring(line)
                let (sample, value) = try Self.sample(&reader)
                let suffixes = kinds[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { family + $0 == sample.name }) else {
                    throw Malformed(description: "not of \(family): \(line)")
                }
                guard values.updateValue(value, forKey: sample) == nil else {
                    throw Malformed(description: "twice: \(line)")
                }
            }
        }
    }

    /// A sample's value.
    func value(_ name: String, _ labels: [String: String] = [:]) throws -> Double {
        try #require(values[Sample(name: name, labels: labels)], "\(name) \(labels)")
    }

    /// The samples of a name.
    func samples(_ name: String) -> [Sample: Double] {
        values.filter { $0.key.name == name }
    }

    private static func sample(_ line: inout Substring) throws -> (Sample, Double) {
        let whole = line
        func fail(_ what: String) -> Malformed { Malformed(description: "\(what): \(whole)") }
        let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_:".contains($0)) }
        line.removeFirst(name.count)
        guard let first = name.first, !first.isNumber else { throw fail("name") }
        var labels: [String: String] = [:]
        if line.first == "{" {
            repeat {
                line.removeFirst()
                let label = line.prefix { $0.isASCII && ($0.isLetter || $0 == "_") }
                line.removeFirst(label.count)
                guard !label.isEmpty, line.hasPrefix("=\"") else { throw fail("label") }
                line.removeFirst(2)
                guard let text = quoted(&line),
                    labels.updateValue(text, forKey: String(label)) == nil
                else { throw fail("label \(label)") }
            } while line.first == ","
            guard line.first == "}" else { throw fail("}") }
            line.removeFirst()
        }
        guard line.first == " ", !line.dropFirst().contains(" ") else { throw fail("space") }
        let text = line.dropFirst()
        let number = text == "+Inf" ? Double.infinity : Double(text)
        guard let number else { throw fail("value") }
        return (Sample(name: String(name), labels: labels), number)
    }

    /// What stands up to the closing quotation mark.
    private static func quoted(_ line: inout Substring) -> String? {
        var text = ""
        while let character = line.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                switch line.popFirst() {
                case "\\"?: text += "\\"
                case "\""?: text += "\""
                case "n"?: text += "\n"
                default: return nil
                }
            default: text.append(character)
            }
        }
        return nil
    }
}
