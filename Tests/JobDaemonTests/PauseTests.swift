import Foundation
import Glibc
import JobTestSupport
import Testing

/// Jobs that stand still and go on.
@Suite(.serialized) struct PauseTests {
    /// A job of several processes, one of them in a session of its own, each of
    /// which counts in a file of its own.
    private func submitTree(_ jobd: DaemonFixture) throws -> Int {
        let id = try jobd.submit([
            "command": """
            count() {
                i=0
                while [ ! -e \(jobd.gate("go")) ]; do
                    i=$((i+1)); echo $i > \(jobd.directory)/$1; sleep 0.02
                done
            }
            count child &
            (setsid sh -c 'i=0; while [ ! -e \(jobd.gate("go")) ]; do
                i=$((i+1)); echo $i > \(jobd.directory)/detached; sleep 0.02
            done; echo done') &
            count main
            wait
            """
        ])
        for name in ["main", "child", "detached"] {
            try waitUntil("\(name) counts") { count(jobd, name) > 0 }
        }
        return id
    }

    private func count(_ jobd: DaemonFixture, _ name: String) -> Int {
        // The file is empty for a moment each time it is written.
        let text = try? String(contentsOfFile: "\(jobd.directory)/\(name)", encoding: .utf8)
        return text.flatMap { Int($0.trimmingCharacters(in: .newlines)) } ?? 0
    }

    private func allStopped(_ jobd: DaemonFixture, _ id: Int) -> Bool {
        let processes = jobd.processes(id)
        return processes.count >= 3 && processes.allSatisfy { processState($0) == "T" }
    }

    @Test func theWholeTreeStandsStillAndGoesOn() throws {
        try DaemonFixture.with { jobd in
            let id = try submitTree(jobd)
            let (status, paused) = try jobd.send("POST", "/jobs/\(id)/pause")
            #expect(status == 200)
            #expect(paused["state"] as? String == "paused")
            try waitUntil("all of it stands still") { allStopped(jobd, id) }
            // It holds its slot.
            #expect(try jobd.json("GET", "/queues/default").object["running"] as? Int == 1)
            // Asking again changes nothing.
            let cursor = try jobd.job(id)["cursor"] as? Int
            #expect(try jobd.send("POST", "/jobs/\(id)/pause", [:]).status == 200)
            #expect(try jobd.job(id)["cursor"] as? Int == cursor)

            let (again, resumed) = try jobd.send("POST", "/jobs/\(id)/resume")
            #expect(again == 200)
            #expect(resumed["state"] as? String == "running")
            #expect(resumed["attempt"] as? Int == 1)
            for name in ["main", "child", "detached"] {
                let before = count(jobd, name)
                try waitUntil("\(name) goes on") { count(jobd, name) > before }
            }
            #expect(try jobd.send("POST", "/jobs/\(id)/resume").status == 200)
            jobd.open(gate: "go")
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            let events = try jobd.events(of: id)
            #expect(
                events.compactMap { $0["state"] as? String }
                    == ["queued", "running", "paused", "running", "succeeded"])
            #expect(events.compactMap { $0["attempt"] as? Int } == [0, 1, 1, 1, 1])
        }
    }

    @Test func itStandsStillAndGoesOnOverTheDaemonsDeath() throws {
        try DaemonFixture.with { jobd in
            let id = try submitTree(jobd)
            #expect(try jobd.send("POST", "/jobs/\(id)/pause").status == 200)
            // The daemon dies as soon as it has answered: what it has promised
            // becomes true, by itself or by its successor.
            try jobd.killAndRestart()
            try waitUntil("all of it stands still") { allStopped(jobd, id) }
            #expect(try jobd.state(id) == "paused")
            try jobd.killAndRestart()
            #expect(try jobd.state(id) == "paused" && allStopped(jobd, id))
            let (status, _) = try jobd.send("POST", "/jobs/\(id)/resume")
            #expect(status == 200)
            try jobd.killAndRestart()
            for name in ["main", "child", "detached"] {
                let before = count(jobd, name)
                try waitUntil("\(name) goes on") { count(jobd, name) > before }
            }
            #expect(try jobd.state(id) == "running")
            jobd.open(gate: "go")
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
        }
    }

    @Test func aPausedJobCanBeCancelled() throws {
        try DaemonFixture.with { jobd in
            let id = try submitTree(jobd)
            #expect(try jobd.send("POST", "/jobs/\(id)/pause").status == 200)
            try waitUntil("all of it stands still") { allStopped(jobd, id) }
            // Long enough that a tree that stays stopped would show.
            let (status, _) = try jobd.send(
                "POST", "/jobs/\(id)/cancel", ["grace_seconds": 1000])
            #expect(status == 202)
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "cancelled")
            #expect(job["signal"] as? Int == 15)
            #expect(jobd.remnants() == [])
        }
    }

    @Test func aPausedJobsSupervisorMayBeKilled() throws {
        try DaemonFixture.with { jobd in
            let id = try submitTree(jobd)
            #expect(try jobd.send("POST", "/jobs/\(id)/pause").status == 200)
            try waitUntil("all of it stands still") { allStopped(jobd, id) }
            jobd.killSupervisor(id)
            #expect(try jobd.finished(id)["failure"] as? String == "lost")
            try waitUntil("nothing is left of it") { jobd.remnants().isEmpty }
        }
    }

    @Test func onlyWhatRunsIsPaused() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let running = try jobd.submitGated("go")
            let queued = try jobd.submit(["command": ["true"]])
            let waiting = try jobd.submit(["command": ["true"], "after": [queued]])
            try jobd.wrote("ready", running)
            for call in ["pause", "resume"] {
                for id in [queued, waiting] {
                    try jobd.expectRefusal(
                        "POST", "/jobs/\(id)/\(call)", status: 409, code: "conflict")
                }
                try jobd.expectRefusal(
                    "POST", "/jobs/4711/\(call)", status: 404, code: "job_not_found")
                try jobd.expectRefusal(
                    "POST", "/jobs/\(running)/\(call)", ["for_seconds": 5], status: 422,
                    code: "invalid_spec", fields: ["for_seconds"])
                let get = try jobd.request("GET", "/jobs/\(running)/\(call)")
                #expect(get.head.status == 405 && get.head.headers["allow"] == "POST")
            }
            #expect(try jobd.state(running) == "running")
            jobd.open(gate: "go")
            try jobd.finished(waiting)
            for call in ["pause", "resume"] {
                try jobd.expectRefusal(
                    "POST", "/jobs/\(running)/\(call)", status: 409, code: "conflict")
            }
        }
    }
}
