/// Writes figures in Prometheus' text format, version 0.0.4
/// (prometheus.io/docs/instrumenting/exposition_formats).
struct MetricsText {
    /// What a scraper asks for and is told.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What may be done with a family's values.
    enum Kind: String {
        /// Only rises, until the daemon starts anew.
        case counter
        case gauge
        case histogram
    }

    /// A label and its value.
    typealias Label = (name: StaticString, value: String)

    /// What has been written.
    private(set) var text = ""
    private var family: StaticString = ""

    /// Begins a family, whose samples must follow.
    mutating func family(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
        family = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// A sample of the present family; of a histogram with its suffix.
    mutating func sample(
        _ value: some FixedWidthInteger, _ labels: [Label] = [], suffix: StaticString = ""
    ) {
        write(String(value), labels, suffix)
    }

    /// A sample of the present family; of a histogram with its suffix.
    mutating func sample(
        _ value: Double, _ labels: [Label] = [], suffix: StaticString = ""
    ) {
        write(Self.number(value), labels, suffix)
    }

    /// A family of one sample.
    mutating func only(
        _ name: StaticString, _ kind: Kind, _ help: StaticString, _ value: some FixedWidthInteger
    ) {
        family(name, kind, help)
        sample(value)
    }

    /// A family of one sample.
    mutating func only(
        _ name: StaticString, _ kind: Kind, _ help: StaticString, _ value: Double
    ) {
        family(name, kind, help)
        sample(value)
    }

    /// As the format has it: Go's names for what is no number.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value.description
    }

    private mutating func write(_ value: String, _ labels: [Label], _ suffix: StaticString) {
        text += "\(family)\(suffix)"
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escape($0.value))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func escape(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
