import JobModel
import JobTestSupport
import Testing

@testable import ProgressRecognition

/// The tables that choose forms by a line's ends must hide nothing from them.
@Suite struct FormTableTests {
    private static let scraps = [
        "[", "]", "(", ")", " ", "3", "10", "/", "%", " of ", "Step ", "EPOCH ", "Processing ",
        "Progress: ", "####", "{\"progress\":0.5}", "complete", "x", "-", ":", "2026-11-22 ",
        "08:15", "\t",
    ]

    @Test func everyLineAFormReadsIsShownToIt() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for _ in 0..<30000 {
            let text = (0..<Int.random(in: 1...6, using: &generator))
                .map { _ in Self.scraps.randomElement(using: &generator) ?? "" }.joined()
            let trimmed = Array(
                text.utf8.drop { Byte.isBlank($0) }.reversed()
                    .drop { Byte.isBlank($0) }.reversed())
            guard !trimmed.isEmpty else { continue }
            trimmed.withUnsafeBytes { bytes in
                var table = FormTable.all
                let shown = table.candidates(
                    bytes, from: 0, to: bytes.count,
                    hasPercent: bytes.contains(Byte.percent), isRedrawn: true)
                let line = Line(
                    bytes: bytes, indent: 0, channel: .stdout, at: Timestamp(microseconds: 0),
                    end: .newline, isRedrawn: true)
                for index in table.forms.indices where table.read(line, with: index) != nil {
                    read += 1
                    #expect(shown & (1 << UInt64(index)) != 0, "seed \(seed): \(text)")
                }
            }
        }
        #expect(read > 100)
    }

    @Test func formsStandInOrderOfPrecedence() {
        let precedences = FormTable.all.precedences
        #expect(precedences == precedences.sorted())
        #expect(precedences.first == .json)
        #expect(precedences.last == .general)
        #expect(FormTable.all.mask(upTo: .json) == 1)
    }

    @Test func linesWithoutTriggersAreShownToNone() {
        for text in [
            "plain text", "2026-11-22T08:15:30Z INFO ready", "08:15:30 ready", "  at foo.bar",
            "Failures: 0", "/usr/bin/env",
        ] {
            Array(text.utf8).withUnsafeBytes { bytes in
                let indent = bytes.prefix { Byte.isBlank($0) }.count
                #expect(
                    FormTable.all.candidates(
                        bytes, from: indent, to: bytes.count, hasPercent: false,
                        isRedrawn: false) == 0,
                    "\(text)")
            }
        }
    }
}
