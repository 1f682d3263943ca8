import JobModel
import ProgressRecognition
import Testing

@Suite struct PrecedenceTests {
    private let byPrecedence: [(frame: (Int) -> Frame, source: String)] = [
        ({ Frame("\($0)%", .direct) }, "direct"),
        ({ Frame("{\"progress\":0.\($0)}\n") }, "json"),
        ({ Frame("\u{1B}]9;4;1;\($0)\u{7}") }, "terminal"),
        ({ Frame("\($0)%\n") }, "percent"),
    ]

    @Test func aHigherSourceSilencesLowerOnes() {
        for (higher, (frame, source)) in byPrecedence.enumerated() {
            for lower in byPrecedence[higher...].dropFirst() {
                let frames = [lower.frame(10), frame(20), lower.frame(30), frame(40)]
                    .enumerated().map { Frame($1.bytes, $1.channel, at: Int64($0) * 200) }
                #expect(
                    record(frames).map(\.progress.source.rawValue) == [
                        lower.source, source, source,
                    ]
                )
            }
        }
    }

    @Test func withinOneLevelTheNewestCounts() {
        #expect(
            readings(of: ["[1/4] a", "42%", "[2/4] b"]).map(\.fraction) == [0.25, 0.42, 0.5])
    }

    @Test func aMessageAloneLeavesTheNumbersToOthers() {
        let rows = record([
            Frame("copying", .direct, at: 0), Frame("10%\n", at: 200),
            Frame("still copying", .direct, at: 400), Frame("20%\n", at: 600),
        ])
        #expect(
            rows.map { told($0.progress) } == [
                "nil 'copying'", "0.1 'copying'", "0.1 'still copying'", "0.2 'still copying'",
            ])
        #expect(rows.map(\.progress.source) == [.direct, .percent, .percent, .percent])
    }

    private static let git = "Receiving objects:  50% (5/10)\r"

    @Test func aToolSilencesGeneralFormsForAWhile() {
        let frames: [Frame] = [
            Frame("[1/4] fetch\n", at: 0), Frame(Self.git, at: 1000),
            Frame("[2/4] x\n", at: 10_900), Frame("[3/4] y\n", at: 11_100),
        ]
        #expect(
            record(frames).map { "\($0.progress.source.rawValue) \($0.progress.fraction ?? -1)" }
                == ["counter 0.25", "git 0.5", "counter 0.75"])
    }

    @Test func aClockThatIsSetBackSilencesNothing() {
        let frames = [Frame(Self.git, at: 5_000_000), Frame("[3/4] y\n", at: 0)]
        #expect(record(frames).map(\.progress.fraction) == [0.5, 0.75])
    }
}
