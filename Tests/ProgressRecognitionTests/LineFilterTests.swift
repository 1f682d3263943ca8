import CLineScan
import JobModel
import JobTestSupport
import Testing

@testable import ProgressRecognition

/// What is stepped over many bytes at a time is what nobody asks for.
@Suite struct LineFilterTests {
    private static let scraps = [
        "plain", "text without anything that is asked for", "42%", "a%20b", "42 %", "[3/10] x",
        "3/10", "2026-11-22 08:15", "08:15:30", "10.0.0.1 - -", "1.2.3", "  ", "\t", "\n", "\n",
        "\n", "\r", "\r\n", "\u{1B}[K", "\u{8}", "{\"progress\":0.5}", "{\"msg\":\"x\"}", "{",
        "}", "Step 3/10", "(3/10)", "x (3/10)", "]", "é", "\0", "Compiling", "x y z",
        "a line that is longer than one block of bytes, so that it is not seen in one look",
    ]

    private static func bytes(_ generator: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...30, using: &generator)).flatMap { _ in
            Array((scraps.randomElement(using: &generator) ?? "").utf8)
        }
    }

    /// A line that is stepped over is shown to no form, and every other stop is
    /// right: compared with looking at each byte.
    @Test func nothingThatIsAskedForIsSteppedOver() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        let table = FormTable.all
        var skipped = 0
        for _ in 0..<20_000 {
            let bytes = Self.bytes(&generator)
            guard !bytes.isEmpty else { continue }
            bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let stop = table.filter(upTo: .general).scan(
                    base, from: 0, count: bytes.count, isRedrawn: false)
                var line = 0
                for (index, byte) in bytes[..<stop.line].enumerated() where byte < 0x20 {
                    if byte == 0x1B || byte == 0x08 { Issue.record("seed \(seed)") }
                    guard byte == 0x0A || byte == 0x0D else { continue }
                    skipped += 1
                    let isRedrawn = line > 0 && bytes[line - 1] == 0x0D
                    if Self.isAskedFor(bytes[line..<index], isRedrawn: isRedrawn, table) {
                        let text = String(decoding: bytes[line..<index], as: UTF8.self)
                        Issue.record("seed \(seed): \(text)")
                    }
                    line = index + 1
                }
                #expect(line == stop.line, "seed \(seed)")
                let controls: Set<UInt8> = [0x0A, 0x0D, 0x1B, 0x08]
                #expect(
                    stop.position
                        == bytes[stop.line...].firstIndex(where: { controls.contains($0) })
                        ?? bytes.count, "seed \(seed)")
                #expect(stop.has_skipped == (stop.line > 0), "seed \(seed)")
                #expect(
                    stop.is_redrawn == (stop.line > 0 && bytes[stop.line - 1] == 0x0D),
                    "seed \(seed)")
            }
        }
        #expect(skipped > 10_000)
    }

    private static func isAskedFor(
        _ line: ArraySlice<UInt8>, isRedrawn: Bool, _ table: FormTable
    ) -> Bool {
        let trimmed = line.drop { Byte.isBlank($0) }.reversed().drop { Byte.isBlank($0) }.reversed()
        guard let first = trimmed.first else { return false }
        if first == Byte.of("{") {
            // The names decide; that comes before the forms.
            let text = String(decoding: line, as: UTF8.self)
            return ["\"pr", "\"do", "\"xy", "\"\\"].contains { text.contains($0) }
        }
        return Array(trimmed).withUnsafeBytes { bytes in
            table.candidates(
                bytes, from: 0, to: bytes.count, hasPercent: bytes.contains(Byte.percent),
                isRedrawn: isRedrawn) != 0
        }
    }

    @Test func everyProcessorStopsAtTheSame() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        let filter = FormTable.all.filter(upTo: .general)
        for _ in 0..<5000 {
            let bytes = Self.bytes(&generator)
            bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let start = Int.random(in: 0...bytes.count, using: &generator)
                let isRedrawn = Bool.random(using: &generator)
                let own = filter.scan(
                    base, from: start, count: bytes.count, isRedrawn: isRedrawn)
                let portable = filter.scanPortably(
                    base, from: start, count: bytes.count, isRedrawn: isRedrawn)
                #expect(own.line == portable.line, "seed \(seed)")
                #expect(own.position == portable.position, "seed \(seed)")
                #expect(own.has_percent == portable.has_percent, "seed \(seed)")
                #expect(own.is_redrawn == portable.is_redrawn, "seed \(seed)")
            }
        }
    }
}
