import JobModel
import JobTestSupport
import Testing

/// Texts and the bytes that they stand for.
@Suite struct RawTextTests {
    @Test func plainTextIsItself() {
        for text in ["", "a", "Grüße", "日本", "🏔️", "\u{10FFFF}", "\u{10FDFF}"] {
            #expect(RawText.text(Array(text.utf8)) == text)
            #expect(RawText.bytes(text) == Array(text.utf8))
            #expect(RawText.characters(text) == text)
            #expect(RawText.shown(text) == text)
        }
    }

    @Test func whatIsNoTextComesBack() {
        for bytes: [UInt8] in [
            [0xe9], [0x61, 0xff, 0x62], [0xc3], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xc0, 0x80],
            [0xf4, 0x90, 0x80, 0x80], [0x80, 0x80, 0x80],
        ] {
            let text = RawText.text(bytes)
            #expect(RawText.bytes(text) == bytes)
            #expect(RawText.characters(text) == nil)
            #expect(RawText.shown(text).contains("\u{FFFD}"))
        }
    }

    /// Characters of the very block that escapes are made of.
    @Test func theBlockItselfIsNoHole() {
        for scalar in ["\u{10FE80}", "a\u{10FEE9}b", "\u{10FEFF}\u{10FEFF}"] {
            let text = RawText.text(meaning: scalar)
            #expect(text != scalar)
            #expect(RawText.bytes(text) == Array(scalar.utf8))
            #expect(RawText.characters(text) == scalar)
        }
    }

    @Test func anyBytesComeBack() {
        var random = SeededGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                [0x61, 0xc3, 0xa9, 0xf4, 0x8f, 0xba, 0xbb, 0x80, 0xff].randomElement(using: &random)
                    ?? 0
            }
            let text = RawText.text(bytes.map { UInt8($0) })
            #expect(RawText.bytes(text) == bytes.map { UInt8($0) })
            // One text for one sequence of bytes.
            #expect(RawText.text(RawText.bytes(text)) == text)
        }
    }
}
