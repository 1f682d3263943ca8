import JobModel
import ProgressRecognition
import Testing

/// What the recordings of media tools do not show.
@Suite struct MediaFormTests {
    private static func input(_ number: Int, _ duration: String) -> String {
        """
        Input #\(number), wav, from 'a.wav':
          Duration: \(duration), start: 0.000000, bitrate: 705 kb/s
        """
    }

    private static func statistics(_ time: String, _ speed: String = "1.02x") -> String {
        "frame=   12 fps=0.0 q=28.0 size=     256kB time=\(time) bitrate= 409.6kbits/s"
            + " dup=1 drop=0 speed=\(speed)    \r"
    }

    private func told(by lines: [String]) -> [String] {
        record([Frame(lines.joined(separator: "\n"))])
            .map { ProgressRecognitionTests.told($0.progress) }
    }

    @Test func ffmpegTakesTheLongestInput() {
        let lines = [
            Self.input(0, "00:00:05.00"), Self.input(1, "01:40:00.00"), Self.input(2, "N/A"),
            Self.statistics("00:10:00.00"),
        ]
        #expect(told(by: lines) == ["0.1 600.0/6000.0 seconds"])
    }

    @Test func ffmpegHasNoTotalOnceMoreWasWritten() {
        let lines = [
            Self.input(0, "00:01:40.00"), Self.statistics("00:01:41.00"),
            Self.statistics("00:01:50.00"), Self.statistics("00:01:39.00"),
        ]
        #expect(
            told(by: lines) == [
                "1.0 100.0/100.0 seconds", "nil 110.0/? seconds", "nil 99.0/? seconds",
            ])
    }

    @Test func ffmpegMayNotKnowItsTimeOrSpeed() {
        let rows = record([
            Frame(Self.statistics("N/A")), Frame(Self.statistics("-00:00:00.02")),
            Frame(Self.statistics("00:00:01.00", "N/A")),
            Frame(Self.statistics("00:00:02.00", "   0x")),
            Frame(Self.statistics("00:00:03.00", "1.2e+03x")),
        ])
        #expect(rows.map(\.progress.done) == [1, 2, 3])
        #expect(rows.map(\.progress.rate) == [nil, nil, 1200])
    }

    @Test func ffmpegAnalysisIsNoPass() {
        let lines = [
            Self.input(0, "00:01:40.00"), "Stream mapping:",
            "  Stream #0:0 -> #0:0 (h264 (native) -> wrapped_avframe (native))",
            "Output #0, null, to 'pipe:':", Self.statistics("00:00:50.00"),
            "Output #0, matroska, to 'it's.mkv':",
        ]
        #expect(told(by: lines) == ["0.5 50.0/100.0 seconds", "nil 'it's.mkv'"])
    }

    @Test func handBrakeScansAndSearches() {
        #expect(
            told(by: [
                "Scanning title 1 of 4, preview 3, 30.00 %", "Scanning title 2 of 4, 50.00 %",
                "Encoding: task 1 of 2, Searching for start time, 25.00 % (ETA 00h01m00s)",
                "Encoding: task 1 of 2, 50.00 %",
            ]) == [
                "0.3 'scanning title 1 of 4'", "0.5 'scanning title 2 of 4'",
                "0.25 'searching for start time'", "0.25 'task 1 of 2'",
            ])
    }

    @Test func interruptedEncodesAreNotComplete() {
        #expect(
            told(by: [
                "[12.5%] 25/200 frames, 60.92 fps, 3522.89 kb/s, eta 0:00:02",
                "aborted at input frame 40, output frame 30", "",
                "encoded 30 frames, 69.39 fps, 3408.04 kb/s",
            ]) == ["0.125 25.0/200.0 frames"])
    }

    @Test func unknownLengthsHaveNoTotal() {
        #expect(
            told(by: [
                "In:0.00% 00:00:03.07 [00:00:00.00] Out:289k  [!=====|=====!] Hd:0.0 Clip:0    ",
                "[/] 00:00:23.88 23.9x realtime, 84.66 kbit/s",
            ]) == ["nil 3.07/? seconds", "nil 23.88/? seconds"])
    }

    @Test func percentagesOfOthersAreNotTheirs() {
        let rows = record([Frame("Progress: 42%\n a.wav: 42% complete\n")])
        #expect(rows.map(\.progress.source) == [.percent])
    }
}
