import TerminalText
import Testing

/// What happens within a line.
@Suite struct LineTests {
    /// What is written, and what is left of it.
    private static let lines: [(String, String)] = [
        ("", ""),
        ("a", "a\n"),
        ("a\n", "a\n"),
        ("a\n\n\nb\n\n", "a\n\n\nb\n\n"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("blanks   \t \n", "blanks\n"),
        // A shorter text leaves the rest of a longer one.
        ("downloading\rdone\n", "doneloading\n"),
        ("downloading\r\u{1b}[Kdone\n", "done\n"),
        ("downloading\rdone\u{1b}[K\n", "done\n"),
        ("12%\u{8}\u{8}\u{8}13%\n", "13%\n"),
        ("abc\u{8}\u{8}\u{8}\u{8}\u{8}x\n", "xbc\n"),
        ("a\tb\tc\n", "a\tb\tc\n"),
        ("a\tb\rxy\n", "xy      b\n"),
        ("a\tb\r\tc\n", "a\tc\n"),
        ("\u{1b}[1;32mgreen\u{1b}[0m and \u{1b}[38;2;1;2;3mmore\u{1b}[m\n", "green and more\n"),
        ("\u{1b}]0;a title\u{7}text\n", "text\n"),
        ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\\n", "link\n"),
        ("\u{1b}]9;4;1;50\u{1b}\\x\n", "x\n"),
        ("\u{1b}Pq#0;2;0\n#0!5~\u{1b}\\image\n", "image\n"),
        ("\u{1b}]never finished\nnext\n", "\nnext\n"),
        ("\u{1b}[12\nnext\n", "\nnext\n"),
        ("\u{1b}(Ba\u{1b}=b\u{1b}>c\n", "abc\n"),
        ("a\u{0}b\u{7}c\u{e}d\u{f}e\u{7f}f\n", "abcdef\n"),
        ("page\u{c}page\n", "page\npage\n"),
        // Moving along the line, and erasing parts of it.
        ("abcdef\u{1b}[3Dxy\n", "abcxyf\n"),
        ("abcdef\r\u{1b}[2Cx\n", "abxdef\n"),
        ("abcdef\u{1b}[2Gx\n", "axcdef\n"),
        ("ok\u{1b}[10Gdone\n", "ok       done\n"),
        ("abcdef\u{1b}[3G\u{1b}[1Kx\n", "  xdef\n"),
        ("abcdef\u{1b}[3G\u{1b}[2Kx\n", "  x\n"),
        ("abcdef\u{1b}[3G\u{1b}[2Xx\n", "abx ef\n"),
        ("abcdef\u{1b}[3G\u{1b}[2P\n", "abef\n"),
        ("abcdef\u{1b}[3G\u{1b}[2@xy\n", "abxycdef\n"),
        ("-\u{1b}[4b\n", "-----\n"),
        ("\u{1b}[999Cx\n", String(repeating: " ", count: 119) + "x\n"),
        ("one\u{1b}7 two\u{1b}8 2\n", "one 2wo\n"),
        ("one\u{1b}[s two\u{1b}[u 2\n", "one 2wo\n"),
    ]

    @Test(arguments: lines) func linesReadAsOnATerminal(written: String, left: String) {
        #expect(plain(written) == left)
        #expect(plain(written, isLive: true) == left)
    }

    @Test func aBarOfTenThousandFramesIsOneLine() {
        var written = "before\n"
        for frame in 0...10_000 {
            let percent = frame / 100
            let bar = String(repeating: "█", count: percent / 5)
            written += "\r\(percent)%|\(bar.padding(to: 20))| \(frame)/10000"
        }
        written += "\nafter\n"
        let left = "before\n100%|████████████████████| 10000/10000\nafter\n"
        #expect(plain(written) == left)
        #expect(plain(written, isLive: true) == left)
    }

    @Test func gitClearsToTheEndOfTheLine() {
        var written = ""
        for percent in 0...100 {
            written += "remote: Counting objects: \(percent)% (\(percent)/100)\u{1b}[K\r"
        }
        written += "remote: Counting objects: 100% (100/100), done.\u{1b}[K\n"
        written += "remote: Total 100 (delta 3)\u{1b}[K\r\n"
        #expect(
            plain(written) == """
                remote: Counting objects: 100% (100/100), done.
                remote: Total 100 (delta 3)

                """)
    }

    /// Characters of other widths than one.
    private static let wide: [(String, String)] = [
        ("日本語\rab\n", "ab本語\n"),
        // Half of a wide character is none.
        ("日本語\ra\n", "a 本語\n"),
        ("日本語\u{8}x\n", "日本 x\n"),
        ("日本語\u{1b}[2G\u{1b}[K\n", "\n"),
        ("a日b\r\u{1b}[2Cx\n", "a xb\n"),
        ("🚀 50%\r🚀 60%\n", "🚀 60%\n"),
        ("🚀🚀\u{1b}[3Gx\n", "🚀x\n"),
        // Marks go with their character.
        ("e\u{301}te\u{301}\rx\n", "xte\u{301}\n"),
        ("e\u{301}te\u{301}\r\u{1b}[2Cx\n", "e\u{301}tx\n"),
        ("👩‍💻 x\n", "👩‍💻 x\n"),
        ("\u{301}a\n", "\u{301}a\n"),
        ("\u{feff}bom\n", "\u{feff}bom\n"),
        ("ÄÖÜ\räö\n", "äöÜ\n"),
        ("\u{85}\u{9b}31mtext\n", "31mtext\n"),
    ]

    @Test(arguments: wide) func overwritingLeavesWholeCharacters(written: String, left: String) {
        #expect(Array(plain(written).unicodeScalars) == Array(left.unicodeScalars))
    }

    @Test func whatIsNotUTF8IsReplaced() {
        #expect(plain([0x61, 0xFF, 0xC3, 0x62, 0x0A]) == "a\u{fffd}\u{fffd}b\n")
        #expect(plain([0xE2, 0x82]) == "\u{fffd}\n")
        #expect(plain([0xED, 0xA0, 0x80, 0x0A]) == "\u{fffd}\u{fffd}\u{fffd}\n")
        #expect(plain([0xC0, 0xAF, 0xF5, 0x0A]) == "\u{fffd}\u{fffd}\u{fffd}\n")
        #expect(plain([0xE2, 0x82, 0x1B, 0x5B, 0x4B, 0x61]) == "\u{fffd}a\n")
    }

    @Test func longLinesAreKeptWhole() {
        for length in [4095, 4096, 4097, 8192, 20_000] {
            let line = String(repeating: "0123456789", count: length / 10 + 1).prefix(length)
            #expect(plain("a\n\(line)\nb\n") == "a\n\(line)\nb\n")
            let wide = String(repeating: "x日", count: length)
            #expect(plain("a\n\(wide)\r\nb\n", isLive: true) == "a\n\(wide)\nb\n")
            #expect(plain("\(line)") == "\(line)\n")
            let tabs = String(repeating: "\t1", count: length)
            #expect(plain("\(tabs)\n") == "\(tabs)\n")
        }
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String {
        self + String(repeating: " ", count: max(0, count - self.count))
    }
}
