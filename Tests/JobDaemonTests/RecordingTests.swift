import Foundation
import JobTestSupport
import Testing

/// Every recording of a real tool, printed by a job, gives its readings at the
/// other end: command, supervisor, journal, recognition, database, stream.
@Suite(.serialized) struct RecordingTests {
    @Test func everyRecordingTellsThroughTheDaemonWhatItTellsTheParser() throws {
        let replay = Capture.folder.appending(path: "replay.py").path
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            // They mostly wait.
            _ = try jobd.send("PUT", "/queues/default", ["slots": 8])
            func submit(_ capture: Capture) throws -> Int {
                let file = Capture.folder.appending(path: capture.name + ".cast").path
                // Bare numbers are believed for the rhythm in which they come.
                let isRhythmic = capture.name.hasPrefix("pv/numeric")
                let options = isRhythmic ? ["--as-recorded"] : []
                return try jobd.submit([
                    "command": ["python3", replay] + options + [file], "name": capture.name,
                    "tty": capture.isTerminal,
                ])
            }
            let jobs = try Capture.all.map(submit)
            #expect(jobs.count > 50)
            for (capture, id) in zip(Capture.all, jobs) {
                var difference = try Self.difference(capture, id, jobd)
                // On a busy machine a rhythm is lost, and what was written to two streams
                // one after the other is there at once: then it is replayed by itself.
                for _ in 0..<3 where difference != nil {
                    difference = try Self.difference(capture, try submit(capture), jobd)
                }
                if let difference { Issue.record("\(capture)\(difference)") }
            }
        }
    }

    /// What a job has told otherwise than was expected of its recording; nil: nothing.
    private static func difference(
        _ capture: Capture, _ id: Int, _ jobd: DaemonFixture
    ) throws -> String? {
        let events = try jobd.stream("/jobs/\(id)/progress")
        if events.last?.json["exit_code"] as? Int != 0 { return ": it failed" }
        let told = events.filter { $0.event == nil }.map { numbers($0.json) }
        let expected = try capture.expected.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return numbers(object as? [String: Any] ?? [:])
        }
        for (index, (told, expected)) in zip(told, expected).enumerated() where told != expected {
            return ", reading \(index + 1)\ntold     \(told)\nexpected \(expected)"
        }
        return told.count == expected.count
            ? nil : ": \(told.count) readings, not \(expected.count)"
    }

    /// What a reading tells apart from what depends on the times.
    private static func numbers(_ reading: [String: Any]) -> String {
        ["fraction", "done", "total", "unit", "message", "source"]
            .map { name in
                switch reading[name] {
                case let number as Double: "\(name) \(number)"
                case let text as String: "\(name) '\(text)'"
                default: "\(name) -"
                }
            }
            .joined(separator: ", ")
    }
}
