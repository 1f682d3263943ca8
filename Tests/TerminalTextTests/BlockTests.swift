import TerminalText
import Testing

/// Bars of several rows, and programs that use the whole screen.
@Suite struct BlockTests {
    @Test func nestedBarsOfTqdmAreALineEach() {
        // tqdm goes down with newlines and up with CSI A for each inner bar.
        var written = "outer:   0%|          | 0/3"
        for outer in 1...3 {
            for inner in 0...50 {
                written += "\n\rinner: \(inner * 2)%|##  | \(inner)/50\u{1b}[A"
            }
            written += "\n\r                         \r\u{1b}[A"
            written += "\router:  \(outer * 33)%|###       | \(outer)/3"
        }
        written += "\ndone\n"
        #expect(plain(written) == "outer:  99%|###       | 3/3\ndone\n")
        // Who watches sees the first state, too, since it ended as a line.
        #expect(
            plain(written, isLive: true) == """
                outer:   0%|          | 0/3
                outer:  99%|###       | 3/3
                done

                """)
    }

    @Test func layersOfDockerAreALineEach() {
        let layers = ["a1", "b2", "c3"]
        var written = "latest: Pulling from library/debian\r\n"
        for layer in layers { written += "\(layer): Pulling fs layer\r\n" }
        for percent in 0...100 {
            for (place, layer) in layers.enumerated() {
                let up = layers.count - place
                let state = percent < 100 ? "Downloading [=> ] \(percent)MB" : "Pull complete"
                written += "\u{1b}[\(up)A\r\u{1b}[2K\(layer): \(state)\r\u{1b}[\(up)B"
            }
        }
        written += "Digest: sha256:0\r\nStatus: done\r\n"
        let left = """
            latest: Pulling from library/debian
            a1: Pull complete
            b2: Pull complete
            c3: Pull complete
            Digest: sha256:0
            Status: done

            """
        #expect(plain(written) == left)
        let live = plain(written, isLive: true)
        #expect(live.hasPrefix("latest: Pulling from library/debian\na1: Pulling fs layer\n"))
        #expect(live.hasSuffix(left.drop { $0 != "\n" }))
        #expect(live.split(separator: "\n").count == 9)
    }

    @Test func cargoDrawsItsBarBelowItsLines() {
        var written = ""
        for unit in 1...200 {
            written += "\r\u{1b}[K   Compiling unit\(unit) v0.1.0\n"
            written += "    Building [==>    ] \(unit)/200: unit\(unit)\r"
        }
        written += "\u{1b}[K    Finished dev in 3.1s\n"
        let left =
            (1...200).map { "   Compiling unit\($0) v0.1.0\n" }.joined()
            + "    Finished dev in 3.1s\n"
        #expect(plain(written) == left)
        #expect(plain(written, isLive: true) == left)
    }

    @Test func blocksThatAreErasedLineByLineLeaveNothing() {
        // As log-update does it.
        var written = "start\n"
        for frame in 0..<50 {
            written += "⠋ first \(frame)\n⠙ second \(frame)\n⠸ third \(frame)\n"
            written += "\u{1b}[2K" + String(repeating: "\u{1b}[1A\u{1b}[2K", count: 3) + "\u{1b}[G"
        }
        written += "✔ all\n"
        #expect(plain(written) == "start\n✔ all\n")
    }

    @Test func aptsStatusLineIsNoLine() {
        // PackageManagerFancy of apt: a scroll region above the last row.
        var written = "Reading package lists...\r\n"
        written += "\n\u{1b}7\u{1b}[0;39r\u{1b}8\u{1b}[1A"
        func status(_ percent: Int) -> String {
            "\u{1b}7\u{1b}[40;0f\u{1b}[42m\u{1b}[30mProgress: [\(percent)%]\u{1b}[49m\u{1b}[39m"
                + " [####......] \u{1b}8"
        }
        var left = "Reading package lists...\n"
        for package in 0...100 {
            written += status(package) + "Setting up package\(package) (1.0) ...\r\n"
            left += "Setting up package\(package) (1.0) ...\n"
        }
        written += "\n\u{1b}7\u{1b}[0;40r\u{1b}8\u{1b}[1A\u{1b}[J"
        written += "done\r\n"
        left += "done\n"
        #expect(plain(written) == left)
        #expect(plain(written, isLive: true) == left)
    }

    @Test func fullScreenProgramsLeaveNothing() {
        let written =
            "before\n\u{1b}[?1049h\u{1b}[H\u{1b}[2Jediting\r\n\u{1b}[10;10Htext\u{1b}[?1049l"
            + "after\n"
        #expect(plain(written) == "before\nafter\n")
        #expect(plain("a\u{1b}[?47hb\u{1b}[?47lc\n") == "ac\n")
    }

    @Test func screensThatAreClearedShowTheLast() {
        var written = ""
        for frame in 0..<20 {
            written += "\u{1b}[H\u{1b}[2J\u{1b}[3Jtop - \(frame)\r\nload \(frame)\r\n"
        }
        #expect(plain(written) == "top - 19\nload 19\n")
        #expect(plain("a\nb\u{1b}[1;1H\u{1b}[Jc\u{1b}[2;3Hd\n") == "c\n  d\n")
        #expect(plain("a\nb\n\u{1b}cnew\n") == "new\n")
    }

    @Test func linesThatScrolledAwayCannotBeOverwritten() {
        let lines = (1...100).map { "line \($0)\n" }.joined()
        let left = plain(lines + "\u{1b}[99A\rLINE\n")
        // The screen shows 40 rows: the cursor's own, and 39 lines above it.
        #expect(left == lines.replacing("line 62\n", with: "LINE 62\n"))
    }

    @Test func rowsCanBeInsertedAndRemoved() {
        #expect(plain("1\n2\n3\u{1b}[2A\r\u{1b}[Mx\n") == "x\n3\n")
        #expect(plain("1\n2\n3\u{1b}[A\r\u{1b}[Lx\u{1b}[2B\n") == "1\nx\n2\n3\n")
        #expect(plain("1\n2\u{1b}[H\u{1b}M0\u{1b}[2B\n") == "0\n1\n2\n")
        #expect(plain("1\n2\n3\u{1b}[2Sx\n") == "1\n2\n3\n x\n")
    }

    // MARK: While somebody watches

    @Test func aLineComesWhenItEnds() {
        var text = PlainText(isLive: true)
        func take(_ part: String) -> String {
            var left: [UInt8] = []
            Array(part.utf8).withUnsafeBytes { text.take($0, from: .output, into: &left) }
            return String(decoding: left, as: UTF8.self)
        }
        #expect(take("one\ntw") == "one\n")
        #expect(take("o\n10%\r20%") == "two\n")
        #expect(take("\r100%") == "")
        #expect(take("\n") == "100%\n")
        var left: [UInt8] = []
        _ = take("rest")
        text.finish(into: &left)
        #expect(left == Array("rest\n".utf8))
    }

    @Test func linesAreHeldBackOnlyWhileOthersAreOverwritten() {
        var text = PlainText(isLive: true)
        func take(_ part: String) -> String {
            var left: [UInt8] = []
            Array(part.utf8).withUnsafeBytes { text.take($0, from: .output, into: &left) }
            return String(decoding: left, as: UTF8.self)
        }
        #expect(take("a 0%\nb 0%\n") == "a 0%\nb 0%\n")
        #expect(take("\u{1b}[2A\ra 5%\n\n") == "")
        // As many lines as there are rows, and nothing was drawn over.
        var later = ""
        for line in 0..<40 { later += take("\(line)\n") }
        #expect(later.hasPrefix("a 5%\n0\n1\n"))
        #expect(later.hasSuffix("38\n39\n"))
        #expect(take("at once\n") == "at once\n")
    }

    // MARK: Two streams

    @Test func linesOfBothStreamsComeInTheirOrder() {
        var pieces: [(PlainText.Channel, String)] = []
        var left = ""
        for line in 0..<500 {
            let channel: PlainText.Channel = line % 7 == 0 ? .errors : .output
            pieces.append((channel, "line \(line)\n"))
            left += "line \(line)\n"
        }
        #expect(plain(pieces) == left)
        #expect(plain(pieces, isLive: true) == left)
    }

    @Test func aBarOnOneStreamDoesNotTouchTheOther() {
        var pieces: [(PlainText.Channel, String)] = []
        for line in 0..<100 {
            pieces.append((.errors, "\r\(line)%"))
            pieces.append((.output, "line \(line)\n"))
        }
        pieces.append((.errors, "\r100%\n"))
        pieces.append((.output, "end\n"))
        let lines = (0..<100).map { "line \($0)\n" }.joined()
        #expect(plain(pieces) == lines + "100%\nend\n")
        #expect(plain(pieces, isLive: true) == lines + "100%\nend\n")
    }

    @Test func aLongLineEndsWhereTheOtherStreamHasOne() {
        let long = String(repeating: "x", count: 5000)
        let pieces: [(PlainText.Channel, String)] = [
            (.output, long), (.errors, "error\n"), (.output, "rest\n"),
        ]
        let left = plain(pieces, isLive: true)
        #expect(
            left == String(repeating: "x", count: 4096) + "\nerror\n"
                + String(repeating: "x", count: 904) + "rest\n")
    }
}
