import JobModel
import ProgressRecognition
import JobTestSupport
import Testing

/// Nothing a command prints may crash the daemon or give impossible values.
@Suite struct FuzzTests {
    private static let scraps = [
        "%", "/", " of ", "[", "]", "(", ")", "{", "}", "\"progress\":", "\"done\":", "\"total\":",
        "\"message\":", "\"unit\":", "\"xy\":1", ",", "\"", "\\", "\\u", "d83d", "1e999", "-1e999",
        "NaN", "Infinity", "-", "0", "1", "42", "100", "0.5", "1.", ".5", "1e-400", "-0",
        "9223372036854775808", "99999999999999999999999999999999", "\u{1B}", "\u{1B}[",
        "\u{1B}]9;4;",
        "1;", "\u{7}", "\u{8}", "\r", "\n", "\r\n", "\t", " ", "é", "\u{FFFD}", "\0", "complete",
        "Progress: ", "Copying ", "Step ", "#####", "\u{1B}\\", "\u{18}", "\u{1B}[1G",
        "\u{1B}[999999999C",
    ]

    private static func isPossible(_ row: Row) -> Bool {
        let progress = row.progress
        let counts = [progress.done, progress.total, progress.rate].compactMap { $0 }
        return progress.fraction.map { (0...1).contains($0) } ?? true
            && counts.allSatisfy { $0.isFinite && $0 >= 0 }
            && (progress.etaSeconds.map { (0...31_536_000).contains($0) } ?? true)
            && (progress.message?.utf8.count ?? 1) <= 512
            && (progress.message?.isEmpty ?? false) == false
            && (progress.message?.unicodeScalars.allSatisfy { $0.value >= 0x20 } ?? true)
            && (progress.unit?.utf8.count ?? 1) <= 64
    }

    @Test func anyBytes() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        var found = 0
        for _ in 0..<3000 {
            var tracker = ProgressTracker(
                intervalMicroseconds: Bool.random(using: &generator) ? 0 : 100_000, resumed: nil)
            var rows: [Row] = []
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                var bytes: [UInt8] = []
                for _ in 0..<Int.random(in: 0...25, using: &generator) {
                    if Int.random(in: 0..<8, using: &generator) == 0 {
                        bytes.append(UInt8.random(in: 0 ... .max, using: &generator))
                    } else {
                        bytes += Array((Self.scraps.randomElement(using: &generator) ?? "").utf8)
                    }
                }
                let channels: [OutputChannel] = [.stdout, .stderr, .direct]
                let at = Int64.random(in: 0...3000, using: &generator)
                rows += tracker.rows(
                    Frame(bytes, channels.randomElement(using: &generator) ?? .stdout, at: at))
                rows += tracker.flushed(at: at + 60)
            }
            rows += tracker.finished(at: 4000)
            found += rows.count
            for row in rows where !Self.isPossible(row) {
                Issue.record("seed \(seed): \(row)")
                return
            }
        }
        #expect(found > 500)
    }

    @Test func timesAtTheEnds() {
        let times: [Int64] = [.min, -1, 0, .max, .min, .max - 1, .max]
        var rows: [Row] = []
        var tracker = ProgressTracker(intervalMicroseconds: .max, resumed: nil)
        for interval in [Int64.min, 0, 100_000, .max] {
            tracker = ProgressTracker(
                intervalMicroseconds: interval, resumed: Timestamp(microseconds: .max))
            for (index, time) in times.enumerated() {
                let at = Timestamp(microseconds: time)
                for text in ["\(index)%\n\(index + 1)%\n", "\r\(index + 7)%"] {
                    Array(text.utf8).withUnsafeBytes { bytes in
                        tracker.consume(bytes, from: .stdout, at: at) {
                            rows.append(Row(progress: $0, at: $1))
                        }
                    }
                }
                _ = tracker.due
                tracker.flush(at: at) { rows.append(Row(progress: $0, at: $1)) }
            }
            tracker.finish(at: Timestamp(microseconds: 0)) {
                rows.append(Row(progress: $0, at: $1))
            }
        }
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy(Self.isPossible))
    }

    @Test func hugeAmountsWithoutANewline() {
        var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
        let patterns = [
            "x", "%", "42% ", "\u{8}", "x\u{8}", "\u{1B}", "\u{1B}]", "\u{1B}[", "[[[", "{\"a\":",
        ]
        for (index, pattern) in patterns.enumerated() {
            let frame = Frame(String(repeating: pattern, count: 65536), at: Int64(index))
            for _ in 0..<8 { _ = tracker.rows(frame) }
        }
        // It has kept nothing of all that which would hide what comes after.
        #expect(tracker.rows(Frame("\n42%\n", at: 5000)).map(\.progress.fraction) == [0.42])
        #expect(LineMemory.bytes(of: tracker) < 20_000)
    }

    /// Recordings of real tools that are cut off, spliced, damaged and filled
    /// with numbers nobody prints.
    @Test func damagedRecordings() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        var found = 0
        for round in 0..<600 {
            var tracker = ProgressTracker(intervalMicroseconds: 0, resumed: nil)
            var rows: [Row] = []
            var time: Int64 = 0
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                guard let capture = Capture.all.randomElement(using: &generator) else { continue }
                let all = capture.frames
                let start = Int.random(in: 0...all.count, using: &generator)
                let end = Int.random(in: start...all.count, using: &generator)
                for frame in all[start..<end].prefix(60) {
                    time += Int64.random(in: -5...300, using: &generator)
                    let bytes = Self.damage(frame.bytes, &generator)
                    rows += tracker.rows(Frame(bytes, frame.channel, at: time))
                }
            }
            rows += tracker.finished(at: time)
            found += rows.count
            for row in rows where !Self.isPossible(row) {
                Issue.record("seed \(seed), round \(round): \(row)")
                return
            }
        }
        #expect(found > 1000)
    }

    private static let numbers = [
        "0", "-1", "NaN", "nan%", "inf", "1e999", "-0.0", "9223372036854775808", "101", "100.0001",
        "99999999999999999999999999", "0x10", "1.7976931348623157e308", "00:00:00", "-:--:--", "",
    ]

    private static func damage(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch Int.random(in: 0..<60, using: &generator) {
            case 0 where (0x30...0x39).contains(byte):
                result += Array((numbers.randomElement(using: &generator) ?? "").utf8)
            case 1: result.append(UInt8.random(in: 0 ... .max, using: &generator))
            case 2: break
            case 3 where Bool.random(using: &generator):
                index += Int.random(in: 0...20, using: &generator)
            default: result.append(byte)
            }
        }
        return result
    }

    @Test func aGigabyteWithoutANewline() {
        var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
        for (index, byte) in ["x", " ", "7", "[", "é"].enumerated() {
            let piece = Frame(String(repeating: byte, count: 1 << 20), at: Int64(index) * 1000)
            for _ in 0..<205 { #expect(tracker.rows(piece) == []) }
            #expect(LineMemory.bytes(of: tracker) < 20_000)
        }
        #expect(tracker.rows(Frame("\n42%\n", at: 6000)).map(\.progress.fraction) == [0.42])
    }
}
