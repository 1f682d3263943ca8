import Foundation
import Glibc
import JobTestSupport
import Testing

/// Jobs that tell nothing of their progress: how far they are by the time that the
/// earlier runs of their name took.
@Suite(.serialized) struct HistoryTests {
    /// Runs a name twice, for 1.2 seconds each.
    private func runTwice(_ jobd: DaemonFixture, _ name: String) throws {
        let ids = try (0..<2).map { _ in
            try jobd.submit(["command": ["sleep", "1.2"], "name": name])
        }
        for id in ids { #expect(try jobd.finished(id)["state"] as? String == "succeeded") }
    }

    /// Makes those runs take 100 seconds longer.
    private func stretch(_ jobd: DaemonFixture) throws {
        _ = try query(
            jobd,
            """
            PRAGMA busy_timeout = 60000;
            UPDATE attempts SET started_at = started_at - 100000000 WHERE finished_at > 0
            """)
    }

    /// What the database says.
    private func query(_ jobd: DaemonFixture, _ sql: String) throws -> String {
        let file = "\(jobd.directory)/sqlite"
        // It would be added to.
        unlink(file)
        let sqlite = try ChildProcess(
            "/usr/bin/sqlite3", ["\(jobd.state)/jobd.db", sql], output: file, errors: file)
        let status = sqlite.wait()
        let text = String(
            decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        try #require(status == 0, "\(text)")
        return text
    }

    /// The first object of a stream of JSON lines.
    private func firstLine(_ jobd: DaemonFixture, _ path: String) throws -> [String: Any] {
        let connection = try TestConnection(jobd.address)
        try connection.send("GET", path, ["Accept": "application/x-ndjson"])
        #expect(try connection.head().status == 200)
        var text = ""
        while let piece = try connection.piece() {
            text += String(decoding: piece, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            guard let line = lines.first(where: { !$0.isEmpty }) else { continue }
            return try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        }
        return [:]
    }

    private func progress(_ job: [String: Any]) -> [String: Any] {
        job["progress"] as? [String: Any] ?? [:]
    }

    private func fraction(_ jobd: DaemonFixture, _ id: Int) throws -> Double {
        let progress = progress(try jobd.job(id))
        #expect(progress["source"] as? String == "history")
        return try #require(progress["fraction"] as? Double)
    }

    /// Estimates rise, come once a second at most, and are never complete.
    private func expectRising(_ estimates: [TestEvent]) throws {
        #expect(estimates.count >= 2)
        #expect(estimates.allSatisfy { $0.id == nil && $0.event == nil })
        let documents = estimates.map(\.json)
        for document in documents {
            #expect(document["id"] == nil)
            #expect(document["source"] as? String == "history")
            #expect(document["attempt"] as? Int == 1)
            for name in ["done", "total", "unit", "message", "rate"] {
                #expect(document[name] is NSNull, "\(name)")
            }
        }
        let fractions = documents.compactMap { $0["fraction"] as? Double }
        #expect(fractions.count == documents.count && fractions == fractions.sorted())
        #expect(Set(fractions).count >= 2)
        #expect(fractions.allSatisfy { (0...0.99).contains($0) })
        let times = documents.compactMap { seconds($0["time"]) }
        // As their times say, which are rounded.
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later - earlier > 0.99) }
    }

    @Test func itRisesInTheStreamAndIsStoredNowhere() throws {
        try DaemonFixture.with(["--slots", "9"]) { jobd in
            try runTwice(jobd, "copy")
            let id = try jobd.submitGated("go", ["name": "copy"])
            let path = "/jobs/\(id)/progress"
            // Until it takes longer than those before it.
            let events = try jobd.stream(path) { event in
                event.json["source"] as? String == "history" && event.json["eta_seconds"] is NSNull
            }
            let estimates = events.filter { $0.id == nil }
            #expect(events.prefix(2).allSatisfy { $0.event == "state" })
            #expect(estimates.count == events.count - 2)
            try expectRising(estimates)
            #expect(estimates.last?.json["fraction"] as? Double == 0.99)
            let etas = estimates.dropLast().compactMap { $0.json["eta_seconds"] as? Double }
            #expect(etas.count == estimates.count - 1)
            #expect(etas == etas.sorted(by: >) && etas.allSatisfy { $0 >= 0 })

            // Whoever asks for the job is told.
            let job = try jobd.job(id)
            let expected: Set = [
                "fraction", "done", "total", "unit", "message", "rate", "eta_seconds", "source",
                "time",
            ]
            #expect(Set(progress(job).keys) == expected)
            #expect(progress(job)["source"] as? String == "history")
            #expect(progress(job)["fraction"] as? Double == 0.99)
            let listed = try jobd.json("GET", "/jobs?limit=1").object["jobs"] as? [[String: Any]]
            #expect(progress(listed?.first ?? [:])["source"] as? String == "history")
            var waited: [String: Any] = [:]
            try waitUntil("another runs") {
                waited = try jobd.send(
                    "POST", "/jobs?wait=0.2", ["command": "sleep 60", "name": "copy"],
                    headers: ["Idempotency-Key": "another"]
                ).object
                return waited["state"] as? String == "running"
            }
            #expect(progress(waited)["source"] as? String == "history")

            // Nothing of it is an event.
            let last = try #require(events.last { $0.id != nil }?.id)
            #expect(job["cursor"] as? Int == Int(last))
            #expect(try jobd.events(of: id).count == 2)
            #expect(try query(jobd, "SELECT count(*) FROM events WHERE source > ''") == "0\n")

            // Nobody's place in the stream is moved by it.
            let resumed = try jobd.stream(path, ["Last-Event-ID": last]) { $0.id == nil }
            #expect(resumed.count == 1)
            let text = try jobd.stream(path + "?format=text&after=\(last)") { _ in true }
            #expect(text.map(\.data) == ["99% complete"] && text.first?.id == nil)
            let line = try firstLine(jobd, path + "?after=\(last)")
            #expect(line["source"] as? String == "history" && line["id"] == nil)

            jobd.open(gate: "go")
            try jobd.finished(id)
            let rest = try jobd.stream(path, ["Last-Event-ID": last])
            #expect(rest.map(\.event) == ["end"])
            let end = try #require(rest.first?.id)
            #expect(try jobd.request("GET", path, ["Last-Event-ID": end]).head.status == 204)
            #expect(progress(try jobd.job(id)).isEmpty)
            // The stream of all jobs has none.
            let all = try jobd.stream("/events?after=0") { $0.id == end }
            #expect(all.allSatisfy { $0.id != nil && $0.json["source"] == nil })
        }
    }

    @Test func numbersEndIt() throws {
        try DaemonFixture.with(["--slots", "9"]) { jobd in
            try runTwice(jobd, "copy")
            let gate = jobd.gate("go")
            let id = try jobd.submit([
                "name": "copy",
                "command": """
                echo '{"message": "reading"}' > $JOBD_PROGRESS
                while [ ! -e \(gate) ]; do sleep 0.02; done
                echo 10%
                sleep 2.2
                """,
            ])
            let events = try jobd.stream("/jobs/\(id)/progress") { event in
                if event.json["source"] as? String == "history" { jobd.open(gate: "go") }
                return false
            }
            let measured = try #require(
                events.firstIndex { $0.json["source"] as? String == "percent" })
            #expect(events[measured].id != nil)
            #expect(events[..<measured].contains { $0.json["source"] as? String == "history" })
            #expect(events[measured...].allSatisfy { $0.id != nil })
            #expect(events.last?.event == "end")
            #expect(progress(try jobd.job(id))["source"] as? String == "percent")
        }
    }

    @Test func withoutANameOrRunsThereIsNone() throws {
        try DaemonFixture.with(["--slots", "9"]) { jobd in
            try runTwice(jobd, "copy")
            let failed = try jobd.submit(["command": "sleep 1.1; exit 1", "name": "fails"])
            try jobd.finished(failed)
            for name in [nil, "other", "fails"] as [String?] {
                var spec: [String: Any] = ["command": "sleep 1.5"]
                spec["name"] = name
                let id = try jobd.submit(spec)
                try jobd.reached("running", id)
                #expect(progress(try jobd.job(id)).isEmpty, "\(name ?? "no name")")
                let events = try jobd.stream("/jobs/\(id)/progress")
                #expect(events.compactMap { $0.json["state"] as? String }.count == events.count)
            }
        }
    }

    @Test func itStandsStillWithTheJob() throws {
        try DaemonFixture.with(["--slots", "9"]) { jobd in
            try runTwice(jobd, "copy")
            try stretch(jobd)
            let id = try jobd.submitGated("go", ["name": "copy"])
            try jobd.reached("running", id)
            try waitUntil("it has come some way") { try fraction(jobd, id) >= 0.003 }
            let (status, paused) = try jobd.send("POST", "/jobs/\(id)/pause")
            #expect(status == 200)
            let before = progress(paused)
            let start = try #require(seconds(before["time"]))
            try jobd.killAndRestart()
            var after: [String: Any] = [:]
            try waitUntil("half a second has gone by") {
                after = progress(try jobd.job(id))
                return (seconds(after["time"]) ?? 0) > start + 0.5
            }
            #expect(after["fraction"] as? Double == before["fraction"] as? Double)
            #expect(after["eta_seconds"] as? Double == before["eta_seconds"] as? Double)
            #expect(try jobd.send("POST", "/jobs/\(id)/resume").status == 200)
            let stood = try #require(before["fraction"] as? Double)
            let events = try jobd.stream("/jobs/\(id)/progress") { event in
                (event.json["fraction"] as? Double ?? 0) > stood
            }
            #expect(
                events.compactMap { $0.json["state"] as? String }
                    == ["queued", "running", "paused", "running"])
            jobd.open(gate: "go")
            try jobd.finished(id)
            // The pause does not count for the next either.
            let row = try query(
                jobd, "SELECT paused_time >= 500000, paused_at FROM attempts WHERE job_id = \(id)")
            #expect(row == "1|\n")
        }
    }

    @Test func jobctlMarksIt() throws {
        try DaemonFixture.with(["--slots", "9"]) { jobd in
            try runTwice(jobd, "copy")
            let id = try jobd.submitGated("go", ["name": "copy"])
            try jobd.reached("running", id)
            try waitUntil("it takes longer than usual") { try fraction(jobd, id) == 0.99 }
            #expect(try jobd.jobctl("show", "\(id)").output.contains("~99%"))
            #expect(try jobd.jobctl("list").output.contains("~99%"))
            let watch = try jobd.startJobctl(["watch", "\(id)"])
            let documents = try jobd.startJobctl(["watch", "--json", "\(id)"])
            let terminal = try TestTerminal(
                [Binaries.path("jobctl"), "list", "--watch"],
                environment: jobd.environmentForJobctl(), rows: 24)
            try terminal.wait(for: "the estimate") { $0.contains { $0.contains("~99%") } }
            terminal.type("q")
            #expect(try terminal.end() == 0)
            try waitUntil("both have it") {
                watch.output.contains("~99%") && documents.output.contains(#""source":"history""#)
            }
            jobd.open(gate: "go")
            #expect(try watch.result().status == 0)
            let run = try documents.result()
            #expect(run.status == 0)
            let lines = run.lines.compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            let states = lines.compactMap { $0["state"] as? String }
            #expect(states == ["queued", "running", "succeeded"])
            let estimates = lines.filter { $0["id"] == nil }
            #expect(estimates.count == lines.count - states.count)
            #expect(estimates.allSatisfy { $0["source"] as? String == "history" })
        }
    }
}
