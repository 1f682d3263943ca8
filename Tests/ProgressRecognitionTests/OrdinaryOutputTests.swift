import Foundation
import JobModel
import JobTestSupport
import ProgressRecognition
import Testing

/// What real programs print that is not progress (`Tests/Captures/ordinary`)
/// gives no reading, however it comes.
@Suite struct OrdinaryOutputTests {
    /// A file of the corpus.
    struct Sample: CustomTestStringConvertible, Sendable {
        var name: String
        var lines: [String]

        var testDescription: String { name }
    }

    static let corpus: [Sample] = {
        let folder = Capture.folder.appending(path: "ordinary")
        do {
            return try FileManager.default
                .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "txt" }
                .map { file in
                    let text = try String(contentsOf: file, encoding: .utf8)
                    return Sample(
                        name: file.deletingPathExtension().lastPathComponent,
                        // By bytes: `\r\n` is one `Character`.
                        lines: text.utf8.split(separator: UInt8(ascii: "\n"))
                            .map { String(decoding: $0, as: UTF8.self) })
                }
                .sorted { $0.name < $1.name }
        } catch {
            fatalError("\(folder.path): \(error)")
        }
    }()

    @Test func thereIsACorpus() {
        #expect(Self.corpus.count >= 40)
        #expect(Self.corpus.allSatisfy { $0.lines.count > 1 })
    }

    @Test(arguments: corpus)
    func printedAtOnce(_ sample: Sample) {
        #expect(record([Frame(sample.lines.joined(separator: "\n"))]) == [])
    }

    @Test(arguments: corpus)
    func printedLineByLine(_ sample: Sample) {
        expectNothing(of: sample.lines.map { $0 + "\n" })
    }

    @Test(arguments: corpus)
    func withTheEndingsOfATerminal(_ sample: Sample) {
        expectNothing(of: sample.lines.map { $0 + "\r\n" })
    }

    /// Also not one after the other in one job, in whatever order.
    @Test func inAnyOrder() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["JOBD_TEST_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<10 {
            let lines = Self.corpus.shuffled(using: &generator).flatMap(\.lines)
            var at: Int64 = 0
            let frames = lines.map { line in
                at += Int64.random(in: 0...400, using: &generator)
                return Frame(line + "\n", at: at)
            }
            let rows = record(frames)
            #expect(rows == [], "seed \(seed)")
        }
    }

    /// Nothing is told by `lines`, 200 ms apart.
    private func expectNothing(of lines: [String], _ location: SourceLocation = #_sourceLocation) {
        let frames = lines.enumerated().map { Frame($1, at: Int64($0) * 200) }
        for row in record(frames) {
            let index = Int((row.at.microseconds - 1_000_000_000) / 200_000)
            Issue.record(
                "\(row) from \(lines[min(index, lines.count - 1)])", sourceLocation: location)
        }
    }
}
