import JobTestSupport
import TerminalText
import Testing

/// Whatever comes: the same result however it is cut, text, and bounded memory.
@Suite struct FuzzTests {
    private static let words: [String] = [
        "a", "text ", "日本", "e\u{301}", "🚀", "\r", "\n", "\r\n", "\t", "\u{8}", "\u{1b}[K",
        "\u{1b}[1K", "\u{1b}[2K", "\u{1b}[J", "\u{1b}[1J", "\u{1b}[2J", "\u{1b}[A", "\u{1b}[3B",
        "\u{1b}[5C", "\u{1b}[2D", "\u{1b}[F", "\u{1b}[E", "\u{1b}[7G", "\u{1b}[3;9H", "\u{1b}[H",
        "\u{1b}7", "\u{1b}8", "\u{1b}[s", "\u{1b}[u", "\u{1b}[2;9r", "\u{1b}[r", "\u{1b}[L",
        "\u{1b}[2M", "\u{1b}[P", "\u{1b}[3@", "\u{1b}[X", "\u{1b}[S", "\u{1b}[T", "\u{1b}M",
        "\u{1b}D", "\u{1b}E", "\u{1b}c", "\u{1b}[?1049h", "\u{1b}[?1049l", "\u{1b}]0;t\u{7}",
        "\u{1b}[99999999999;0;;-3r", "\u{1b}[9999b", "\u{1b}[9999@", "\u{1b}[9999C", "\u{1b}[9999A",
        "\u{1b}[31m", "\u{1b}P", "\u{1b}\\", "\u{1b}", "\u{1b}[", "\u{301}", "\u{0}", "\u{9f}",
    ]

    /// Words and now and then bytes of any kind, or a very long run.
    private static func sample(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...300, using: &random) {
            switch Int.random(in: 0..<40, using: &random) {
            case 0:
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                }
            case 1:
                let long = words.randomElement(using: &random).map { Array($0.utf8) } ?? []
                for _ in 0..<Int.random(in: 1...600, using: &random) { bytes += long }
            default:
                bytes += words.randomElement(using: &random).map { Array($0.utf8) } ?? []
            }
        }
        return bytes
    }

    @Test func cutsAndChannelsChangeNothingAndOnlyTextIsLeft() {
        var random = SeededGenerator()
        for _ in 0..<20 {
            let bytes = Self.sample(&random)
            for isLive in [false, true] {
                let whole = plain(bytes, isLive: isLive)
                let size = Int.random(in: 1...40, using: &random)
                #expect(plain(bytes, isLive: isLive, size: size) == whole)
                #expect(
                    whole.unicodeScalars.allSatisfy {
                        $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
                    })
                #expect(whole.isEmpty || whole.hasSuffix("\n"))
            }
        }
    }

    @Test func bothStreamsTogetherAreText() {
        var random = SeededGenerator()
        for _ in 0..<8 {
            var text = PlainText(isLive: Bool.random(using: &random))
            var left: [UInt8] = []
            for _ in 0..<20 {
                let channel: PlainText.Channel = Bool.random(using: &random) ? .output : .errors
                let bytes = Self.sample(&random)
                bytes.withUnsafeBytes { text.take($0, from: channel, into: &left) }
            }
            text.finish(into: &left)
            // What is not UTF-8 would have been replaced, and come out longer.
            #expect(String(validating: left, as: UTF8.self) != nil)
            #expect(left.isEmpty || left.last == 0x0A)
        }
    }

    @Test func ordinaryLinesComeThroughUnchanged() {
        var random = SeededGenerator()
        var lines = ""
        for _ in 0..<500 {
            let words = ["INFO", "日本語", "naïve", "a\tb", "42%", "→", "x"]
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                lines += (words.randomElement(using: &random) ?? "") + " "
            }
            lines += "|\n"
        }
        #expect(plain(lines) == lines)
        #expect(plain(lines, isLive: true, size: 97) == lines)
    }

    /// None of these is ever complete; each repeats, and no more than a screen
    /// of it may be kept.
    @Test(arguments: [
        "x", "日", "\u{301}", "\t", "\u{8}x", "\u{1b}[999Cx", "\u{1b}]0;x", "\u{1b}Px", "\u{1b}[1;",
        "\u{1b}[A", "x\u{1b}[B", "x\u{1b}[9999@", "\r\u{1b}[9999b",
    ])
    func endlessOutputCostsNoMemory(unit: String) {
        let piece = Array(String(repeating: unit, count: 5_000).utf8)
        var text = PlainText(isLive: false)
        var passed = 0
        for _ in 0..<20 {
            var left: [UInt8] = []
            piece.withUnsafeBytes { text.take($0, from: .output, into: &left) }
            passed += left.count
        }
        // 40 rows of 4096 columns, as they are and as they were shown, and what
        // was passed on of the last piece.
        #expect(keptBytes(of: text) < 2 * 41 * 4096 * 4 + 4 * piece.count)
        if unit == "x" { #expect(passed > 19 * piece.count) }
    }
}
