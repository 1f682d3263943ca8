import Foundation
import TerminalText
import Testing

/// What the daemon's terminal and the dashboard's both make of some output:
/// `Tests/Terminal/vectors.json`, which `Tests/Dashboard` reads too.
@Suite struct VectorTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let input: String
        let lines: [String]

        var testDescription: String { name }
    }

    private static let vectors: [Vector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Terminal/vectors.json")
        // Without them there is nothing to test, which must not pass.
        guard let data = try? Data(contentsOf: file),
            let vectors = try? JSONDecoder().decode([Vector].self, from: data), !vectors.isEmpty
        else { fatalError("there are no vectors in \(file.path)") }
        return vectors
    }()

    @Test(arguments: vectors, [true, false])
    func looksAsItDoesOnATerminal(vector: Vector, isWhole: Bool) {
        var text = PlainText(isLive: false)
        var bytes: [UInt8] = []
        let pieces = isWhole ? [Array(vector.input.utf8)] : vector.input.utf8.map { [$0] }
        for piece in pieces {
            piece.withUnsafeBytes { text.take($0, from: .output, into: &bytes) }
        }
        text.finish(into: &bytes)
        var lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n")
        if lines.last == "" { lines.removeLast() }
        #expect(lines == vector.lines)
    }
}
