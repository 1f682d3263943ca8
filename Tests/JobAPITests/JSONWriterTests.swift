import Foundation
import JobAPI
import JobTestSupport
import Testing

/// What is written is JSON, and means what was given.
@Suite struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func putsCommasWhereTheyBelong() {
        let written = text {
            $0.object {
                $0.member("a", 1)
                $0.key("b")
                $0.array { array in
                    array.array { _ in }
                    array.object { _ in }
                    array.value("x")
                    array.null()
                    array.raw("[1]")
                    array.value(true)
                }
                $0.key("c")
                $0.object { $0.member("d", false) }
                $0.member("e", String?.none)
                $0.member("f", Double?.none)
                $0.member("g", Int?.none)
                $0.key("h" + "")
                $0.value("")
            }
        }
        #expect(
            written == #"{"a":1,"b":[[],{},"x",null,[1],true],"c":{"d":false},"e":null,"#
                + #""f":null,"g":null,"h":""}"#)
    }

    @Test(arguments: [
        ("", #""""#),
        ("plain é 漢 🎉", #""plain é 漢 🎉""#),
        ("\"\\/", #""\"\\/""#),
        ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{1}\u{8}\u{c}\u{1f}", #""\u0000\u0001\u0008\u000c\u001f""#),
        ("\u{7f}\u{80}\u{2028}", "\"\u{7f}\u{80}\u{2028}\""),
        ("\"", #""\"""#),
        ("a\"", #""a\"""#),
    ])
    func escapesAsRFC8259Demands(given: String, written: String) {
        #expect(text { $0.value(given) } == written)
    }

    @Test func escapesEveryControlCharacter() throws {
        for scalar in (0..<0x100).compactMap(Unicode.Scalar.init) {
            let given = "a\(Character(scalar))b"
            #expect(try Tree.written { $0.value(given) } == .text(given))
        }
    }

    @Test func escapesNamesThatAreData() throws {
        let name = "a\"b\n"
        #expect(
            try Tree.written { json in
                json.object {
                    $0.key(name)
                    $0.value("x")
                }
            } == .object([name: "x"]))
    }

    @Test(arguments: [
        (0, "0"), (-0.0, "0"), (1, "1"), (-3, "-3"), (0.42, "0.42"), (1e15, "1000000000000000.0"),
        (1e16, "1e+16"),
        (999_999_999_999_999, "999999999999999"), (0.1 + 0.2, "0.30000000000000004"),
        (Double.infinity, "null"), (-Double.infinity, "null"), (Double.nan, "null"),
    ])
    func writesNumbers(number: Double, written: String) {
        #expect(text { $0.value(number) } == written)
    }

    @Test func writesWholeNumbersInFull() {
        #expect(text { $0.value(Int64.max) } == "9223372036854775807")
        #expect(text { $0.value(Int64.min) } == "-9223372036854775808")
        #expect(text { $0.value(UInt64.max) } == "18446744073709551615")
    }

    @Test func everyFiniteNumberIsReadBackAsItWas() throws {
        var random = SeededGenerator()
        let extremes = [
            Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude,
            .leastNormalMagnitude, .pi, 1e15.nextDown, 1e15.nextUp, 0.1.nextUp, 1e21, 1e-7,
        ]
        let drawn = (0..<5000).map { _ in Double(bitPattern: random.next()) }
        for number in extremes + drawn where number.isFinite {
            let written = text { $0.value(number) }
            try #require(isNumber(written), "\(written), seed \(random.seed)")
            try #require(Double(written) == number, "\(written), seed \(random.seed)")
        }
    }

    /// The grammar of RFC 8259 §6.
    private func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
    }

    @Test func anyTreeIsReadBackAsItWas() throws {
        var random = SeededGenerator()
        for _ in 0..<300 {
            let tree = makeTree(depth: 5, &random)
            var json = JSONWriter()
            tree.write(to: &json)
            try #require(try Tree(parsing: json.bytes) == tree, "seed \(random.seed)")
            let other = try JSONSerialization.jsonObject(
                with: Data(json.bytes), options: .fragmentsAllowed)
            if case .object(let members) = tree {
                #expect((other as? [String: Any])?.count == members.count)
            }
        }
    }

    private func makeTree(depth: Int, _ random: inout SeededGenerator) -> Tree {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
        case 0: return .null
        case 1: return .flag(Bool.random(using: &random))
        case 2: return .number(Double.random(in: -1e18...1e18, using: &random))
        case 3: return .text(makeText(&random))
        case 4, 5:
            let count = Int.random(in: 0...5, using: &random)
            return .array((0..<count).map { _ in makeTree(depth: depth - 1, &random) })
        default:
            var members: [String: Tree] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                members[makeText(&random)] = makeTree(depth: depth - 1, &random)
            }
            return .object(members)
        }
    }

    private func makeText(_ random: inout SeededGenerator) -> String {
        let scalars = (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
            let isRare = Bool.random(using: &random)
            return Unicode.Scalar(UInt32.random(in: 0...(isRare ? 0x10ffff : 0x7f), using: &random))
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
