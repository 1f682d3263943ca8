import JobTestSupport
import TerminalText
import Testing

/// What of a job's output reaches a terminal.
@Suite struct SafeOutputTests {
    private func pass(_ text: String) -> String {
        var safe = SafeOutput()
        return String(decoding: safe.pass(text.utf8), as: UTF8.self)
    }

    @Test(arguments: [
        "plain\n", "tab\tand\rreturn\u{8}", "Grüße 日本 ✅\n", "\u{1b}[31;1mred\u{1b}[0m",
        "\u{1b}[38;2;1;2;3mtrue\u{1b}[m", "\u{1b}[38:5:4mcolon", "10%\r\u{1b}[K20%", "\u{1b}[3G",
        "\u{1b}[2C\u{1b}[1D", "\u{a0}no-break", "Â",
    ])
    func whatIsHarmlessPasses(text: String) {
        #expect(pass(text) == text)
    }

    @Test(arguments: [
        "\u{1b}]52;c;ZXZpbA==\u{7}", "\u{1b}]0;title\u{1b}\\", "\u{1b}[2J", "\u{1b}[H",
        "\u{1b}[1;1f",
        "\u{1b}[?1049h", "\u{1b}[5A", "\u{1b}[2B", "\u{1b}c", "\u{1b}#8", "\u{1b}(0", "\u{1b}[6n",
        "\u{1b}[?25l", "\u{1b}P1$tx\u{1b}\\", "\u{1b}_x\u{1b}\\", "\u{1b}^x\u{1b}\\",
        "\u{1b}Xx\u{1b}\\",
        "\u{9b}2J", "\u{9d}0;t\u{7}", "\u{90}x\u{1b}\\", "\u{7}", "\u{e}", "\u{7f}", "\u{0}",
        "\u{1b}[>4;1m", "\u{1b}[?4m", "\u{1b}[0$m", "\u{1b}[1;1;1;1 q", "\u{1b}[8;50;50t",
        "\u{1b}]52;c;\u{1b}x;ZQ==\u{7}", "\u{1b} F", "\u{85}", "\u{8d}",
    ])
    func whatATerminalObeysDoesNot(text: String) {
        #expect(pass("a" + text + "b") == "ab", "\(text.debugDescription)")
    }

    @Test func itDoesNotMatterWhereItIsCut() {
        let text = "a\u{1b}[31mb\u{1b}]0;t\u{7}c\u{9b}2Jd日\u{1b}[0me\u{1b}]52;c;x\u{1b}\\f"
        let bytes = Array(text.utf8)
        var whole = SafeOutput()
        let expected = whole.pass(bytes)
        for place in bytes.indices {
            var safe = SafeOutput()
            #expect(safe.pass(bytes[..<place]) + safe.pass(bytes[place...]) == expected)
        }
    }

    /// Whatever comes, nothing but the allowed gets through.
    @Test func noBytesBreakIt() {
        var random = SeededGenerator()
        let alphabet: [UInt8] =
            Array("\u{1b}[]PX^_;?0123mKGJHAhc\\ \u{7}\u{9b}\u{9d}".utf8) + [0xc2]
        for _ in 0..<3000 {
            let bytes = (0..<40).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var safe = SafeOutput()
            let passed = safe.pass(bytes)
            var again = SafeOutput()
            #expect(again.pass(passed) == passed)
        }
    }
}
