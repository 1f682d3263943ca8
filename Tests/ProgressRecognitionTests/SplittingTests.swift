import JobModel
import ProgressRecognition
import Testing

@Suite struct SplittingTests {
    private let streams = [
        "42%\n43% copying a.txt\n",
        "plain\r\n1%\r\n 2% complete\r\n",
        "\r10%\r20% half\r30%\n",
        "\u{1B}[32m[3/10]\u{1B}[0m \u{1B}[1mcompiling\u{1B}[m\n\u{1B}[2K\u{1B}[1G[4/10] x\n",
        "\u{1B}]0;a title 7%\u{7}5%\n\u{1B}]8;;http://x/9%\u{1B}\\6%\u{1B}]8;;\u{1B}\\\n",
        "\u{1B}]9;4;1;42\u{7}\u{1B}]9;4;1;43\u{1B}\\",
        #"{"progress":0.25,"message":"caf\u00e9 ☕"}"# + "\n" + #"{"done":3,"total":4}"# + "\n",
        "1/3 a\n2/3 b\n3/3 c\nStep 1/2\nStep 2/2\n",
        "Writing  1/80\u{8}\u{8}\u{8}\u{8}\u{8} 2/80\u{8}\u{8}\u{8}\u{8}\u{8}done\n",
        "é7%\u{8}\u{8}\u{8}8%\n\u{1B}[31\u{1B}[0m9%\n\u{1B}(B11%\n\u{1B}=12%\n\u{1B}13%\n",
        "[#####     ] 42%\nProgress: 43%\n   \t44%\t\n",
    ]

    @Test func whereverItIsCut() {
        for stream in streams {
            let bytes = Array(stream.utf8)
            let whole = record([Frame(bytes)]).map(\.progress)
            #expect(!whole.isEmpty, "\(stream)")
            for cut in 0...bytes.count {
                let parts = [Frame(Array(bytes[..<cut])), Frame(Array(bytes[cut...]))]
                #expect(record(parts).map(\.progress) == whole, "cut at \(cut): \(stream)")
            }
            #expect(record(bytes.map { Frame([$0]) }).map(\.progress) == whole, "\(stream)")
        }
    }

    @Test func channelsAreSplitApart() {
        let rows = record([
            Frame("4", .stdout), Frame("7", .stderr), Frame("2%\n", .stdout),
            Frame("0%\n", .stderr),
        ])
        #expect(rows.map(\.progress.fraction) == [0.42, 0.7])
    }

    @Test func ofALongLineOnlyTheHeadIsLookedAt() {
        let long = String(repeating: "x", count: 10_000)
        for text in ["42% \(long)\n43%\n", "42% \(long) 99%\n43%\n"] {
            let rows = record([Frame(text)])
            #expect(rows.map(\.progress.fraction) == [0.42, 0.43])
            #expect(rows.first?.progress.message?.utf8.count == 512)
            let cut = record([
                Frame(String(text.prefix(9000))), Frame(String(text.dropFirst(9000))),
            ])
            #expect(cut.map(\.progress) == rows.map(\.progress))
        }
        #expect(record([Frame(String(repeating: " ", count: 4090) + "100%\n")]).count == 1)
        #expect(record([Frame(String(repeating: " ", count: 4093) + "100%\n")]).isEmpty)
        #expect(record([Frame(#"{"a":""# + long + #"","progress":0.5}"# + "\n")]).isEmpty)
    }

    @Test func anUnfinishedLineIsTakenWhenNoMoreComes() {
        var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
        #expect(tracker.rows(Frame("\r42%", at: 0)).isEmpty)
        #expect(tracker.due == .milliseconds(50))
        #expect(tracker.flushed(at: 49).isEmpty)
        #expect(tracker.flushed(at: 50).map(\.progress.fraction) == [0.42])
        #expect(tracker.due == nil)
        // Its end, or more of it, gives no second reading.
        #expect(tracker.rows(Frame(" copying\r", at: 300)).isEmpty)
        #expect(tracker.rows(Frame("43%", at: 310)).isEmpty)
        // What comes soon is the rest of the line.
        #expect(tracker.rows(Frame(" b\r", at: 320)).map { told($0.progress) } == ["0.43 'b'"])
        #expect(tracker.finished(at: 1000).isEmpty)
    }

    @Test(arguments: ["\r4", "\r42", "3/1", "3/10", "3 of 10", "Progress: 42", #"{"progress":0.5"#])
    func whatMayStillGrowIsNotTaken(_ text: String) {
        var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
        #expect(tracker.rows(Frame("\r1/10\r", at: 0)).count == 1)
        #expect(tracker.rows(Frame(text, at: 1000)).isEmpty)
        #expect(tracker.flushed(at: 2000).isEmpty)
        #expect(tracker.due == nil)
    }

    @Test func theLastLineNeedsNoEnd() {
        #expect(record([Frame("\r1/10\r2/10")]).map(\.progress.done) == [1, 2])
        #expect(record([Frame("42%", .stderr)]).map(\.progress.fraction) == [0.42])
    }
}
