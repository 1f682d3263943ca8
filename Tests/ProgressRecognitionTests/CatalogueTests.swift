import Foundation
import JobModel
import JobTestSupport
import ProgressRecognition
import Testing

/// Every recording of a real tool gives the readings that stand beside it.
///
/// `JOBD_TEST_WRITE_FIXTURE=1` writes what comes out where nothing stands yet:
/// read it against the recording before it is committed.
@Suite struct CatalogueTests {
    @Test(arguments: Capture.all)
    func expectedReadings(of capture: Capture) throws {
        let told = record(capture.frames).map(Self.line)
        let environment = ProcessInfo.processInfo.environment
        if environment["JOBD_TEST_WRITE_FIXTURE"] != nil,
            !FileManager.default.fileExists(atPath: capture.expectationFile.path)
        {
            try (told.map { $0 + "\n" }.joined())
                .write(to: capture.expectationFile, atomically: true, encoding: .utf8)
        }
        let expected = try capture.expected
        for (index, (told, expected)) in zip(told, expected).enumerated() where told != expected {
            Issue.record("reading \(index + 1)\ntold     \(told)\nexpected \(expected)")
            return
        }
        #expect(told.count == expected.count)
    }

    /// However a recording is cut into reads, it tells the same numbers.
    @Test(arguments: Capture.all)
    func cutAnywhere(capture: Capture) {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        var pieces: [Frame] = []
        for frame in capture.frames {
            var rest = frame.bytes[...]
            while !rest.isEmpty {
                let length = Int.random(in: 1...min(rest.count, 40), using: &generator)
                pieces.append(Frame(Array(rest.prefix(length)), frame.channel, at: frame.at))
                rest = rest.dropFirst(length)
            }
        }
        let whole = record(capture.frames).map { told($0.progress) }
        #expect(record(pieces).map { told($0.progress) } == whole, "seed \(seed)")
    }

    /// Users find every tool in the documentation, by the source it names.
    @Test func everySourceIsDocumented() throws {
        let documentation = try String(
            contentsOf: Capture.folder.deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "docs/progress.md"), encoding: .utf8)
        let sources = Set(
            Capture.all.flatMap { record($0.frames) }.map(\.progress.source.rawValue))
        #expect(sources.count > 40)
        for source in sources { #expect(documentation.contains("`\(source)`"), "\(source)") }
    }

    /// A reading as it stands in the file of expected ones: what is nil is left
    /// out.
    private static func line(_ row: Row) -> String {
        let progress = row.progress
        var members = ["\"time\":\(Double(row.at.microseconds - 1_000_000_000) / 1_000_000)"]
        func add(_ name: String, _ value: Double?) {
            if let value { members.append("\"\(name)\":\(value)") }
        }
        func add(_ name: String, _ value: String?) throws {
            guard let value else { return }
            let text = try JSONEncoder().encode(value)
            members.append("\"\(name)\":" + String(decoding: text, as: UTF8.self))
        }
        do {
            add("fraction", progress.fraction)
            add("done", progress.done)
            add("total", progress.total)
            try add("unit", progress.unit)
            add("rate", progress.rate)
            add("eta_seconds", progress.etaSeconds)
            try add("message", progress.message)
            try add("source", progress.source.rawValue)
        } catch {
            members.append("\(error)")
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}

extension Capture {
    /// Its reads as frames of a journal.
    var frames: [Frame] {
        reads.map { Frame(Array($0.text.utf8), $0.isError ? .stderr : .stdout, at: $0.time / 1000) }
    }
}
