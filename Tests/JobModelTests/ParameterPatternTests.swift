import JobModel
import JobTestSupport
import Testing

/// What patterns match, and that it takes no longer than it must.
@Suite struct ParameterPatternTests {
    @Test(
        arguments: [
            ("[a-z0-9-]{1,40}", ["a", "a-9", "--"], ["", "A", "a b", "a\n", "ä"]),
            ("", [""], ["a"]), ("a", ["a"], ["aa", ""]),
            ("a|bc|", ["a", "bc", ""], ["abc", "b"]), ("^a.c$", ["abc", "a\u{301}c"], ["a\nc"]),
            ("^a|b$", ["a", "b"], ["ax", "xb"]), ("a\\$", ["a$"], ["a"]),
            ("\\\\$", ["\\"], ["\\$"]),
            ("(ab)*c+", ["c", "ababcc"], ["abab", "abac"]),
            ("(?:ab){2}", ["abab"], ["ab", "ababab"]),
            ("a{2,}", ["aa", "aaaaa"], ["a"]), ("a{0}", [""], ["a"]),
            ("a{2,3}", ["aa", "aaa"], ["aaaa"]),
            ("\\d+\\.\\d", ["10.5"], ["10x5", "٣.1"]), ("\\w\\W\\s\\S", ["a- b"], ["a  "]),
            ("[^/.]+", ["ab"], ["a/b", "a.", ""]), ("[]a]", ["]", "a"], ["b"]),
            ("[a-]", ["a", "-"], ["b"]), ("[\\d_x-z]", ["4", "_", "y"], ["w"]),
            ("[\\]\\\\-]", ["]", "\\", "-"], ["a"]), ("é", ["é"], ["e\u{301}"]),
            ("(a|b(c|d))*", ["", "abcbda"], ["b"]), ("x(|y)z", ["xz", "xyz"], ["xyyz"]),
        ] as [(String, [String], [String])])
    func matches(_ source: String, _ good: [String], _ bad: [String]) throws {
        let pattern = try ParameterPattern(source)
        for text in good {
            #expect(pattern.matches(text), "\(source) and \(text.debugDescription)")
        }
        for text in bad {
            #expect(!pattern.matches(text), "\(source) and \(text.debugDescription)")
        }
    }

    @Test(arguments: [
        "(", ")", "a)", "[", "[a", "[z-a]", "*", "a**", "a+?", "a{", "a{x}", "a{3,2}", "a{1,2,3}",
        "{2}", "\\", "\\1", "\\b", "(?=a)", "(?<n>a)", "a^b", "a$b", "[a-\\d]", "[\\D]",
        "(((a{100}){100}){100})", "a{99999}", "((){5000}){5000}", "((){0,5000}){5000}",
        String(repeating: "(", count: 100) + String(repeating: ")", count: 100),
    ])
    func isRefused(_ source: String) {
        #expect(throws: ParameterPattern.SyntaxError.self, "\(source)") {
            try ParameterPattern(source)
        }
    }

    /// An engine that tries one way after the other would need 2⁴⁰⁹⁶ steps: this test
    /// would not end.
    @Test func whatIsMadeToTakeForEverDoesNot() throws {
        for source in ["(a+)+", "(a|a)*", "(a*)*b?", "(a?){200}a{200}", "(.*)(.*)(.*)(.*)x"] {
            let pattern = try ParameterPattern(source)
            #expect(!pattern.matches(String(repeating: "a", count: 4095) + "!"), "\(source)")
        }
    }

    /// Against the plainest way to say what a pattern means.
    @Test func randomPatternsMeanWhatTheyAreMadeOf() throws {
        var random = SeededGenerator()
        for _ in 0..<500 {
            let tree = Tree.random(depth: 3, &random)
            let pattern = try ParameterPattern(tree.source)
            for _ in 0..<20 {
                let text = String(
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in
                        Bool.random(using: &random) ? "a" : "b" as Character
                    })
                let expected = tree.ends(of: Array(text), from: 0).contains(text.count)
                #expect(
                    pattern.matches(text) == expected,
                    "\(tree.source) and \(text), seed \(random.seed)")
            }
        }
    }

    private indirect enum Tree {
        case letter(Character)
        case sequence(Tree, Tree)
        case choice(Tree, Tree)
        case repetition(Tree, Int, Int?)

        static func random(depth: Int, _ random: inout SeededGenerator) -> Tree {
            switch depth == 0 ? 0 : Int.random(in: 0...3, using: &random) {
            case 0: .letter(Bool.random(using: &random) ? "a" : "b")
            case 1:
                .sequence(
                    Tree.random(depth: depth - 1, &random), Tree.random(depth: depth - 1, &random))
            case 2:
                .choice(
                    Tree.random(depth: depth - 1, &random), Tree.random(depth: depth - 1, &random))
            default:
                .repetition(
                    Tree.random(depth: depth - 1, &random), Int.random(in: 0...2, using: &random),
                    Bool.random(using: &random) ? nil : Int.random(in: 2...3, using: &random))
            }
        }

        var source: String {
            switch self {
            case .letter(let letter): String(letter)
            case .sequence(let first, let second): first.source + second.source
            case .choice(let first, let second): "(\(first.source)|\(second.source))"
            case .repetition(let tree, let low, let high):
                "(\(tree.source)){\(low),\(high.map(String.init) ?? "")}"
            }
        }

        /// Where it can have ended, when it begins at `start`.
        func ends(of text: [Character], from start: Int) -> Set<Int> {
            switch self {
            case .letter(let letter):
                return start < text.count && text[start] == letter ? [start + 1] : []
            case .sequence(let first, let second):
                return Set(
                    first.ends(of: text, from: start).flatMap { second.ends(of: text, from: $0) })
            case .choice(let first, let second):
                return first.ends(of: text, from: start).union(second.ends(of: text, from: start))
            case .repetition(let tree, let low, let high):
                var found: Set<Int> = []
                var current: Set<Int> = [start]
                // More than the text is long adds nothing.
                for count in 0...(high ?? low + text.count) {
                    if count >= low { found.formUnion(current) }
                    current = Set(current.flatMap { tree.ends(of: text, from: $0) })
                }
                return found
            }
        }
    }
}
