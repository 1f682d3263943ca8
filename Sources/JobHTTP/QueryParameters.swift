import Foundation
import Hummingbird
import HummingbirdCore
import JobModel

/// A request's query, read with errors that say what would be right.
struct QueryParameters {
    private let parameters: FlatDictionary<Substring, Substring>

    init(_ request: Request) {
        parameters = request.uri.queryParameters
    }

    /// A text; nil when it is absent or empty.
    ///
    /// - Throws: `invalid_parameter` when it is given twice: which one counts would be
    ///   a matter of luck.
    func string(_ name: String) throws(JobError) -> String? {
        let values = parameters[values: name[...]]
        if values.count > 1 { throw Self.invalid(name, "is given more than once") }
        let value = values.first.flatMap(Self.decode)
        return value?.isEmpty == true ? nil : value
    }

    /// All values of a parameter that may be given several times.
    func strings(_ name: String) -> [String] {
        parameters[values: name[...]].compactMap(Self.decode)
            .filter { !$0.isEmpty }
    }

    /// A whole number within `range`.
    ///
    /// - Throws: `invalid_parameter`.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws(JobError) -> Int64? {
        guard let text = try string(name) else { return nil }
        guard text.utf8.first != UInt8(ascii: "+"), let number = Int64(text),
            range.contains(number)
        else {
            throw Self.invalid(
                name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number of seconds within `range`.
    ///
    /// - Throws: `invalid_parameter`.
    func seconds(_ name: String, in range: ClosedRange<Double>) throws(JobError) -> Double? {
        guard let text = try string(name) else { return nil }
        guard text.utf8.first != UInt8(ascii: "+"), let number = Double(text),
            range.contains(number)
        else {
            throw Self.invalid(
                name,
                "must be a number of seconds from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Yes, said by 1 or true, or no, said by 0, false or nothing.
    ///
    /// - Throws: `invalid_parameter`.
    func flag(_ name: String) throws(JobError) -> Bool {
        switch try string(name) {
        case "1", "true": true
        case nil, "0", "false": false
        default: throw Self.invalid(name, "must be 1 or 0")
        }
    }

    /// One of a few words.
    ///
    /// - Throws: `invalid_parameter`.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) throws(JobError) -> Choice? where Choice.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.invalid(name, "must be one of \(words)")
        }
        return choice
    }

    /// States, separated by commas or given several times.
    ///
    /// - Throws: `invalid_parameter`.
    func states() throws(JobError) -> [JobState] {
        var states: [JobState] = []
        for word in strings("state").flatMap({ $0.split(separator: ",") }) {
            guard let state = JobState(rawValue: String(word)) else {
                let words = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.invalid("state", "must be one of \(words)")
            }
            states.append(state)
        }
        return states
    }

    /// Labels, each given as `label=name=value`.
    ///
    /// - Throws: `invalid_parameter`.
    func labels() throws(JobError) -> [String: String] {
        var labels: [String: String] = [:]
        for pair in strings("label") {
            guard let sign = pair.firstIndex(of: "="), sign > pair.startIndex else {
                throw Self.invalid("label", "must be name=value")
            }
            labels[String(pair[..<sign])] = String(pair[pair.index(after: sign)...])
        }
        return labels
    }

    /// Browsers write a space in a query as `+` (url.spec.whatwg.org §5.1).
    private static func decode(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }

    static func invalid(_ name: String, _ message: String) -> JobError {
        JobError(
            .invalidParameter, "Parameter \(name) \(message).",
            fields: [FieldError(field: name, message: message)])
    }
}
