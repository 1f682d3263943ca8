import Foundation
import JobTestSupport
import Testing

@testable import JobAPI

/// JSON from anybody: strict, and never more work than there are bytes.
@Suite struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    /// What the parser reads, as the tests' own type has it.
    private func tree(_ value: JSONValue) -> Tree {
        switch value {
        case .null: .null
        case .bool(let flag): .flag(flag)
        case .integer(let number): .number(Double(number))
        case .number(let number): .number(number)
        case .string(let text): .text(text)
        case .array(let elements): .array(elements.map { tree($0) })
        case .object(let members): .object(members.mapValues { tree($0) })
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("1e3", 1000), ("1.0", 1), ("-12.5E-1", -1.25),
            ("1e400", .infinity),
            ("123456789012345678901", 1.2345678901234568e20),
        ] as [(String, Double)])
    func readsNumbers(text: String, number: Double) throws {
        #expect(tree(try parse(text)) == .number(number))
    }

    @Test(arguments: [
        "", " ", "+1", "01", "-", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "tru", "nul",
        "\"", "\"\\", "\"\\u12\"", "\"\\u123g\"", "\"\\ud800\"", "\"\\ud800x\"", "\"\\udc00\"",
        "\"\\ud800\\ud800\"", "\"\\x\"", "\"\n\"", "[", "[1", "[1,", "[1,]", "[,]", "{", "{\"a\"",
        "{\"a\":", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "[1]]", "1 2", "'a'", "//",
        "\u{feff}1",
        "\u{a0}1", "\u{0}",
    ])
    func refusesWhatIsNoJSON(text: String) {
        #expect(throws: JSONParser.SyntaxError.self) { try parse(text) }
    }

    @Test(arguments: [
        (#"{"a":1,"a":1}"#, "a"), (#"{"b":{"c":1,"d":2,"c":3}}"#, "c"), (#"[{"":1,"":2}]"#, ""),
        (#"{"a":1,"\u0061":2}"#, "a"),
    ])
    func refusesWhatIsThereTwice(text: String, name: String) {
        let error = #expect(throws: JSONParser.SyntaxError.self) { try parse(text) }
        #expect(error?.duplicate == name)
    }

    @Test func agreesWithFoundation() throws {
        var random = SeededGenerator()
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9\\n\"", "1", "-2.5", "1e2", "true",
            "null", " ", "\"\\ud83c\\udf89\"",
        ]
        var count = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...9, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            // Foundation refuses numbers that are too large; here the field is
            // named that has one.
            if text.contains(/e\d{4}/) { continue }
            // Foundation takes a comma too many, which is no JSON.
            let isLoose = text.contains(/,\s*[\]}]/)
            let expected = isLoose ? nil : try? Tree(parsing: Array(text.utf8))
            let read = (try? parse(text)).map { tree($0) }
            try #require(read == expected, "\(text), seed \(random.seed)")
            count += read == nil ? 0 : 1
        }
        #expect(count > 100)
    }

    @Test func isReadToItsDepthAndNoDeeper() throws {
        func nest(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try parse(nest(60))
        for depth in [65, 1000, 100_000] {
            #expect(throws: JSONParser.SyntaxError.self) { try parse(nest(depth)) }
        }
    }

    /// Many values as deep as there may be: were the work for each of them to
    /// grow with the depth, this would not end.
    @Test func manyDeepValuesAreRead() throws {
        let depth = 60
        let many = Array(repeating: "1.5", count: 100_000).joined(separator: ",")
        _ = try parse(
            String(repeating: "[", count: depth) + many + String(repeating: "]", count: depth))
    }
}
