import CLinux
import JobTestSupport
import Testing

/// What the supervisor does to the bytes of a stream, whatever pieces they come in.
@Suite struct MaskingTests {
    /// Values whose parts are found in each other.
    private static let secrets: [[String]] = [
        ["hunter22"], ["abcd", "bcde"], ["abab", "babc"], ["aaaa"], ["abcdef", "cdef", "defg"],
        ["first line\nsecond\r\nabc\n"], ["passwörd"],
    ]

    @Test(arguments: secrets)
    func wherePiecesEndMakesNoDifference(secrets: [String]) {
        let values = Values(secrets)
        for text in Self.texts(secrets) {
            let bytes = Array(text.utf8)
            let expected = Self.masked(bytes, values.all)
            for first in 0...bytes.count {
                for second in first...bytes.count {
                    var stream = Stream(values)
                    stream.take(bytes[..<first])
                    stream.take(bytes[first..<second])
                    stream.take(bytes[second...])
                    stream.release()
                    #expect(
                        stream.text == String(decoding: expected, as: UTF8.self),
                        "\(text.debugDescription) at \(first) and \(second)")
                }
            }
        }
    }

    @Test func randomTextsInRandomPieces() {
        var random = SeededGenerator()
        for _ in 0..<2000 {
            let secrets = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                Self.text(Int.random(in: 4...9, using: &random), &random)
            }
            let values = Values(secrets)
            let (bytes, stream) = Self.written(values, isSlow: false, &random)
            let expected = Self.masked(bytes, values.all)
            guard stream.text == String(decoding: expected, as: UTF8.self) else {
                Issue.record("\(secrets) in \(String(decoding: bytes, as: UTF8.self))")
                return
            }
        }
    }

    @Test func aSlowWriterNeverGetsAWholeValueWritten() {
        var random = SeededGenerator()
        for _ in 0..<2000 {
            let secrets = (0..<2).map { _ in
                Self.text(Int.random(in: 4...9, using: &random), &random)
            }
            let (bytes, stream) = Self.written(Values(secrets), isSlow: true, &random)
            guard secrets.allSatisfy({ !stream.text.contains($0) }) else {
                Issue.record("\(secrets) in \(String(decoding: bytes, as: UTF8.self))")
                return
            }
        }
    }

    @Test func onlyWhatMayBeginAValueIsHeldBack() {
        var stream = Stream(Values(["secret"]))
        stream.take(Array("plain text".utf8)[...])
        #expect(stream.text == "plain text" && !stream.masking.isHolding)
        stream.take(Array(" and sec".utf8)[...])
        #expect(stream.text == "plain text and " && stream.masking.isHolding)
        stream.release()
        #expect(stream.text == "plain text and sec" && !stream.masking.isHolding)
        // It went on after all: the rest of it is still not written.
        stream.take(Array("ret. sec".utf8)[...])
        stream.take(Array("ond".utf8)[...])
        #expect(stream.text == "plain text and sec***. second")
    }

    @Test func aValueThatIsTooLongIsRefused() {
        var masks = Masks()
        let long = String(repeating: "x", count: Masks.longest + 1)
        let isLongTaken = long.withCString { masks.add($0) }
        let isShortTaken = "abc".withCString { masks.add($0) }
        #expect(!isLongTaken && isShortTaken && masks.reach == 0)
    }

    /// A random text, and the stream after all of it has come in random pieces.
    ///
    /// - Parameter isSlow: whether what is held back is let go between some of them.
    private static func written(
        _ values: Values, isSlow: Bool, _ random: inout SeededGenerator
    ) -> (bytes: [UInt8], stream: Stream) {
        let bytes = Array(text(Int.random(in: 0...200, using: &random), &random).utf8)
        var stream = Stream(values)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(16, rest.count), using: &random)
            stream.take(rest.prefix(count))
            rest = rest.dropFirst(count)
            if isSlow, Bool.random(using: &random) { stream.release() }
        }
        stream.release()
        return (bytes, stream)
    }

    // MARK: What is expected

    private static func text(_ count: Int, _ random: inout SeededGenerator) -> String {
        String((0..<count).map { _ in "aab".randomElement(using: &random) ?? "b" })
    }

    private static func texts(_ secrets: [String]) -> [String] {
        let all = secrets.joined()
        return [
            all, "x\(all)y", secrets.joined(separator: " "), all + all, "aaaaaaaa", "abcdefg",
            String(all.dropFirst()), String(all.dropLast()),
        ]
    }

    /// By the definition: whatever belongs to a value, one mask for what overlaps.
    private static func masked(_ bytes: [UInt8], _ values: [[UInt8]]) -> [UInt8] {
        var cover = [UInt8](repeating: 0, count: bytes.count)
        for index in bytes.indices {
            for value in values where bytes[index...].starts(with: value) {
                if cover[index] == 0 { cover[index] = 2 }
                for place in index + 1..<index + value.count { cover[place] = 1 }
            }
        }
        var masked: [UInt8] = []
        for (byte, cover) in zip(bytes, cover) {
            if cover == 0 { masked.append(byte) }
            if cover == 2 { masked += Array("***".utf8) }
        }
        return masked
    }

    /// Secrets as the supervisor has them: C strings that stay where they are.
    private final class Values {
        private let strings: [UnsafeMutablePointer<CChar>]
        let masks: Masks
        /// Each value, and each line of it that is long enough.
        let all: [[UInt8]]

        init(_ secrets: [String]) {
            strings = secrets.compactMap { strdup($0) }
            var masks = Masks()
            for string in strings { _ = masks.add(string) }
            self.masks = masks
            all = secrets.flatMap { secret in
                [Array(secret.utf8)]
                    + Array(secret.utf8).split(separator: 0x0a).map { line in
                        var line = line
                        while line.last == 0x0d { line.removeLast() }
                        return Array(line)
                    }
            }.filter { $0.count >= Masks.shortest }
        }

        deinit {
            masks.cover.deallocate()
            strings.forEach { free($0) }
        }
    }

    /// A stream and what of it was passed on.
    private struct Stream {
        private let values: Values
        var masking: Masking
        private var passed: [UInt8] = []

        init(_ values: Values) {
            self.values = values
            masking = Masking(values.masks)
        }

        var text: String { String(decoding: passed, as: UTF8.self) }

        mutating func take(_ bytes: ArraySlice<UInt8>) {
            pass { buffer, masking in
                for (index, byte) in bytes.enumerated() {
                    buffer[masking.heldLength + index] = byte
                }
                return masking.take(buffer, bytes.count)
            }
        }

        mutating func release() {
            pass { buffer, masking in masking.release(to: buffer) }
        }

        private mutating func pass(
            _ body: (UnsafeMutablePointer<UInt8>, inout Masking) -> Int
        ) {
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
                guard let start = buffer.baseAddress else { return }
                let count = body(start, &masking)
                passed += buffer[..<count]
            }
        }
    }
}
