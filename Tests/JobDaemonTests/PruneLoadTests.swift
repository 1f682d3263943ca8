import Foundation
import Glibc
import JobTestSupport
import Testing

/// Pruning a job with a great many events, while others go on.
@Suite(.serialized) struct PruneLoadTests {
    /// How many events are added to the job.
    private static let events = 200_000

    /// Adds events to a job's history, before its end, while no daemon runs.
    private func addEvents(_ jobd: DaemonFixture, to id: Int, _ count: Int) throws {
        let sql = """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO events (job_id, time, attempt, kind, fraction, message, source)
                SELECT e.job_id, e.time, e.attempt, e.kind, i / \(count).0,
                    printf('%.400c', 'x'), e.source
                FROM n, (SELECT * FROM events WHERE job_id = \(id) AND kind = 'progress'
                         ORDER BY id LIMIT 1) e;
            """
        let sqlite = try ChildProcess(
            "/usr/bin/sqlite3", ["\(jobd.state)/jobd.db", sql], errors: "\(jobd.directory)/sqlite")
        try #require(
            sqlite.wait() == 0,
            "\((try? String(contentsOfFile: "\(jobd.directory)/sqlite", encoding: .utf8)) ?? "")")
    }

    /// A job with all these events, which has finished.
    private func finishedWithMany(_ jobd: DaemonFixture) throws -> Int {
        let id = try jobd.submitGated("go", before: "echo 10%")
        try waitUntil("its progress is stored") {
            try jobd.job(id)["progress"] is [String: Any]
        }
        jobd.kill()
        try addEvents(jobd, to: id, Self.events)
        try jobd.start()
        jobd.open(gate: "go")
        try jobd.finished(id)
        return id
    }

    @Test func submissionsAndStreamsGoOnMeanwhile() throws {
        try DaemonFixture.with(["--slots", "3", "--progress-interval-seconds", "0.01"]) { jobd in
            let large = try finishedWithMany(jobd)
            func size() throws -> Int {
                try FileManager.default
                    .attributesOfItem(atPath: "\(jobd.state)/jobd.db")[.size] as? Int ?? 0
            }
            let before = try size()
            let counting = try jobd.submit([
                "command": """
                i=0
                while [ ! -e \(jobd.gate("end")) ]; do
                    i=$((i+1)); echo $i/1000000 > $JOBD_PROGRESS; sleep 0.01
                done
                """
            ])
            let stream = try TestConnection(jobd.address)
            try stream.send("GET", "/jobs/\(counting)/progress")
            _ = try stream.head()
            let pruning = try TestConnection(jobd.address, patienceSeconds: 300)
            try pruning.send(
                "POST", "/prune", ["Content-Type": "application/json"],
                body: Array(#"{"keep": 0}"#.utf8))
            // Meanwhile others submit, and are served, until it has gone.
            var submitted: [Int] = []
            try waitUntil("it has gone", patienceSeconds: 300) {
                submitted.append(try jobd.submit(["command": ["true"]]))
                return try jobd.json("GET", "/jobs/\(large)").status == 404
            }
            let head = try pruning.head()
            let answer = try JSONSerialization.jsonObject(with: Data(pruning.body(head)))
            #expect(head.status == 200)
            #expect(try #require((answer as? [String: Any])?["jobs"] as? Int) >= 1)
            #expect(submitted.count > 1)
            touch(jobd.gate("end"))
            var parser = TestEventParser()
            var events: [TestEvent] = []
            while let piece = try stream.piece() { events += parser.feed(piece) }
            #expect(events.last?.event == "end")
            #expect(try jobd.stream("/jobs/\(counting)/progress") == events)
            // The room is given back to the file system, as others write on.
            try waitUntil("the database is small") {
                _ = try jobd.submit(["command": ["true"]])
                return try size() < before / 10
            }
        }
    }

    /// Killed in the middle, the daemon leaves a job that can be pruned again.
    @Test func aPruneThatWasCutShortIsDoneAgain() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            let large = try finishedWithMany(jobd)
            let pruning = try TestConnection(jobd.address)
            try pruning.send(
                "POST", "/prune", ["Content-Type": "application/json"],
                body: Array(#"{"keep": 0}"#.utf8))
            // The oldest events go first, so the rest has no beginning.
            try waitUntil("it has begun") {
                let page = try jobd.json(
                    "GET", "/jobs/\(large)/progress?limit=1", ["Accept": "application/json"])
                let first = (page.object["events"] as? [[String: Any]])?.first
                return page.status == 404 || first?["state"] as? String != "queued"
            }
            try jobd.killAndRestart()
            jobd.patienceSeconds = 300
            let (status, _) = try jobd.send("POST", "/prune", ["keep": 0])
            #expect(status == 200)
            #expect(try jobd.json("GET", "/jobs/\(large)").status == 404)
            try waitUntil("its files are gone") {
                !FileManager.default.fileExists(atPath: "\(jobd.state)/jobs/\(large)")
            }
        }
    }

    /// A reader that is far behind has nothing more to wait for.
    @Test func theStreamOfAJobThatGoesEnds() throws {
        try DaemonFixture.with { jobd in
            let large = try finishedWithMany(jobd)
            let slow = try TestConnection(jobd.address, receiveBuffer: 4096)
            try slow.send("GET", "/jobs/\(large)/progress")
            _ = try slow.head()
            _ = try slow.piece()
            jobd.patienceSeconds = 300
            #expect(try jobd.request("DELETE", "/jobs/\(large)").head.status == 204)
            var parser = TestEventParser()
            var ids: [Int] = []
            // A stream that goes on for ever says so by its signs of life.
            while parser.comments == 0, let piece = try slow.piece() {
                ids += parser.feed(piece).compactMap { $0.id.flatMap { Int($0) } }
            }
            #expect(parser.comments == 0)
            #expect(ids.count < Self.events)
            #expect(ids == ids.sorted())
        }
    }
}
