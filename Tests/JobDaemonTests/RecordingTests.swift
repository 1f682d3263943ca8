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
            let jobs = try Capture.all.map { capture in
                let file = Capture.folder.appending(path: capture.name + ".cast").path
                // Bare numbers are believed for the rhythm in which they come.
                let isRhythmic = capture.name.hasPrefix("pv/numeric")
                let options = isRhythmic ? ["--as-recorded"] : []
                return try jobd.submit([
                    "command": ["python3", replay] + options + [file], "name": capture.name,
                    "tty": capture.isTerminal,
                ])
            }
            #expect(jobs.count > 50)
            for (capture, id) in zip(Capture.all, jobs) {
                let events = try jobd.stream("/jobs/\(id)/progress")
                #expect(events.last?.json["exit_code"] as? Int == 0, "\(capture)")
                let told = events.filter { $0.event == nil }.map { Self.numbers($0.json) }
                let expected = try capture.expected.map { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    return Self.numbers(object as? [String: Any] ?? [:])
                }
                Self.compare(told, expected, capture)
            }
        }
    }

    private static func compare(_ told: [String], _ expected: [String], _ capture: Capture) {
        for (index, (told, expected)) in zip(told, expected).enumerated() where told != expected {
            Issue.record(
                "\(capture), reading \(index + 1)\ntold     \(told)\nexpected \(expected)")
            return
        }
        #expect(told.count == expected.count, "\(capture)")
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
