import JobModel
import ProgressRecognition
import JobTestSupport
import Testing

/// Whatever is killed when, the rows are those of a run that was not.
@Suite struct ReplayTests {
    enum Step {
        case frame(Frame)
        /// The wall clock's milliseconds, not ahead of a frame that comes later.
        case flush(Int64)
    }

    private static let pieces: [(String, OutputChannel)] = [
        ("#%\n", .stdout), ("\r#%", .stdout), ("\r#% copying", .stderr), ("#", .direct),
        ("#% direct", .direct), ("a phase", .direct), ("[#/99] x\n", .stdout), ("#/99\n", .stderr),
        ("{\"progress\":0.#}\n", .stdout), ("plain\n", .stdout), ("tail without end", .stderr),
        (" more\n", .stdout), ("\u{1B}]9;4;1;#\u{7}", .stderr), ("\u{1B}[3", .stdout),
        ("1mred #%\u{1B}[0m\r", .stdout), ("#", .stdout), ("%\n", .stdout), ("\r#%", .stderr),
        ("#%\n#%\n#%\r", .stderr), ("Copying: #%\n", .stdout), ("\u{8}\u{8}#%", .stderr),
    ]

    /// - Parameter isSet: whether the wall clock is set now and then.
    private static func steps(
        _ generator: inout SeededGenerator, isSet: Bool = false
    ) -> [Step] {
        // Few kinds of output at a time, as in a real job: otherwise the most
        // trusted would soon silence the others.
        let kinds = (0..<Int.random(in: 1...5, using: &generator))
            .compactMap { _ in pieces.randomElement(using: &generator) }
        var now: Int64 = 0
        var value = 0
        var step: Int64 = 0
        var steps: [Step] = []
        for _ in 0..<Int.random(in: 5...40, using: &generator) {
            let gaps: [Int64] = [0, 0, 1, 20, 49, 50, 51, 99, 100, 101, 150, 400, -30]
            let gap = gaps.randomElement(using: &generator) ?? 0
            while gap > 0, Bool.random(using: &generator) {
                steps.append(.flush(now + Int64.random(in: 0...gap, using: &generator)))
            }
            now += gap
            guard let (text, channel) = kinds.randomElement(using: &generator) else { continue }
            var bytes: [UInt8] = []
            for byte in text.utf8 {
                guard byte == UInt8(ascii: "#") else {
                    bytes.append(byte)
                    continue
                }
                value = (value + Int.random(in: 0...3, using: &generator)) % 100
                bytes += Array("\(value)".utf8)
            }
            if isSet, Int.random(in: 0..<5, using: &generator) == 0 {
                step = Int64.random(in: -3_600_000_000...3_600_000_000, using: &generator)
            }
            var frame = Frame(bytes, channel, at: now)
            frame.step = step
            steps.append(.frame(frame))
        }
        return steps
    }

    /// Runs the steps; before each step whose index is in `kills` the tracker is
    /// lost and made anew from what was stored.
    private static func run(_ steps: [Step], interval: Int64, kills: Set<Int>) -> [Row] {
        var tracker = ProgressTracker(intervalMicroseconds: interval, resumed: nil)
        var rows: [Row] = []
        for (index, step) in steps.enumerated() {
            if kills.contains(index) {
                tracker = ProgressTracker(
                    intervalMicroseconds: interval, resumed: rows.last?.at)
                for case .frame(let frame) in steps[..<index] { _ = tracker.rows(frame) }
            }
            switch step {
            case .frame(let frame): rows += tracker.rows(frame)
            case .flush(let now): rows += tracker.flushed(at: now)
            }
        }
        var end: Int64 = 0
        for case .frame(let frame) in steps { end = max(end, frame.at) }
        return rows + tracker.finished(at: end)
    }

    @Test(arguments: [0, 100_000] as [Int64], [false, true])
    func killedAnywhere(interval: Int64, isSet: Bool) {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        var total = 0
        for round in 0..<500 {
            let steps = Self.steps(&generator, isSet: isSet)
            let whole = Self.run(steps, interval: interval, kills: [])
            total += whole.count
            var kills: Set<Int> = []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                kills.insert(Int.random(in: 0..<max(steps.count, 1), using: &generator))
            }
            let pieced = Self.run(steps, interval: interval, kills: kills)
            guard pieced == whole else {
                #expect(
                    pieced == whole,
                    "seed \(seed), round \(round), kills \(kills.sorted()): \(steps)")
                return
            }
        }
        #expect(total > 500)
    }

    @Test func flushingAlwaysLeavesNothingDue() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
            for case .frame(let frame) in Self.steps(&generator) {
                _ = tracker.rows(frame)
                for _ in 0..<4 {
                    guard let due = tracker.due else { break }
                    tracker.flush(at: due) { _, _ in }
                    #expect(tracker.due.map { $0 > due } ?? true, "seed \(seed)")
                }
                #expect(tracker.due == nil, "seed \(seed)")
            }
        }
    }
}
