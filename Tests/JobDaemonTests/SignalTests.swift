import Foundation
import JobTestSupport
import Testing

/// Signals to jobs: to the command itself, or to all of its processes.
@Suite(.serialized) struct SignalTests {
    /// Says which signals the command and a child of it get.
    private func submitListeners(_ jobd: DaemonFixture) throws -> Int {
        let loop = "while [ ! -e \(jobd.gate("go")) ]; do sleep 0.02; done"
        let id = try jobd.submit([
            "command": """
            trap 'echo main got USR1' USR1
            trap 'echo main got HUP' HUP
            sh -c "trap 'echo child got USR1' USR1; trap 'echo child got HUP' HUP
                echo child ready; \(loop)" &
            echo main ready
            \(loop)
            wait
            """
        ])
        try jobd.wrote("main ready", id)
        try jobd.wrote("child ready", id)
        return id
    }

    @Test func aSignalGoesToTheCommandOrToItsTree() throws {
        try DaemonFixture.with { jobd in
            let id = try submitListeners(jobd)
            let (status, job) = try jobd.send("POST", "/jobs/\(id)/signal", ["signal": "USR1"])
            #expect(status == 202)
            #expect(job["id"] as? Int == id && job["state"] as? String == "running")
            try jobd.wrote("main got USR1", id)
            #expect(
                try jobd.send(
                    "POST", "/jobs/\(id)/signal", ["signal": "sighup", "tree": true]
                ).status == 202)
            try jobd.wrote("main got HUP", id)
            try jobd.wrote("child got HUP", id)
            jobd.open(gate: "go")
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            // The first was for the command alone.
            #expect(try !jobd.output(id).contains("child got USR1"))
        }
    }

    @Test func eachOfManySignalsIsDeliveredOnce() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": """
                n=0; trap 'n=$((n+1)); echo USR2 $n' USR2
                echo ready; while [ ! -e \(jobd.gate("go")) ]; do sleep 0.02; done
                """
            ])
            try jobd.wrote("ready", id)
            for number in 1...10 {
                #expect(
                    try jobd.send("POST", "/jobs/\(id)/signal", ["signal": 12]).status == 202)
                try jobd.wrote("USR2 \(number)\n", id)
            }
            jobd.open(gate: "go")
            try jobd.finished(id)
            #expect(
                try jobd.output(id) == "ready\n" + (1...10).map { "USR2 \($0)\n" }.joined())
        }
    }

    /// What was promised by an answer is kept by the next daemon.
    @Test func noSignalIsLostWithTheDaemon() throws {
        try DaemonFixture.with { jobd in
            let names = ["USR1", "USR2", "HUP", "ALRM", "INT"]
            let traps = names.map { "trap 'echo got \($0)' \($0)" }.joined(separator: "; ")
            let id = try jobd.submitGated("go", before: traps)
            try jobd.wrote("ready", id)
            for name in names {
                #expect(
                    try jobd.send("POST", "/jobs/\(id)/signal", ["signal": name]).status == 202)
                try jobd.killAndRestart()
                try jobd.wrote("got \(name)", id)
            }
            jobd.open(gate: "go")
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
        }
    }

    @Test func aSignalMayEndTheJob() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["sleep", "1000"]])
            try jobd.reached("running", id)
            #expect(
                try jobd.send("POST", "/jobs/\(id)/signal", ["signal": "KILL"]).status == 202)
            let job = try jobd.finished(id)
            // Nobody asked for a cancel.
            #expect(job["state"] as? String == "failed")
            #expect(job["failure"] as? String == "signal" && job["signal"] as? Int == 9)
        }
    }

    @Test func onlyWhatRunsIsSignalled() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let running = try jobd.submitGated("go")
            let queued = try jobd.submit(["command": ["true"]])
            try jobd.wrote("ready", running)
            try jobd.expectRefusal(
                "POST", "/jobs/\(queued)/signal", ["signal": "USR1"], status: 409,
                code: "conflict")
            try jobd.expectRefusal(
                "POST", "/jobs/4711/signal", ["signal": "USR1"], status: 404,
                code: "job_not_found")
            let wrong: [([String: Any], String)] = [
                ([:], "signal"), (["signal": "NOPE"], "signal"), (["signal": 0], "signal"),
                (["signal": NSNull()], "signal"), (["signal": "HUP", "tree": 1], "tree"),
            ]
            for (body, field) in wrong {
                try jobd.expectRefusal(
                    "POST", "/jobs/\(running)/signal", body, status: 422, code: "invalid_spec",
                    fields: [field])
            }
            let empty = try jobd.json("POST", "/jobs/\(running)/signal")
            #expect(empty.status == 400)
            jobd.open(gate: "go")
            try jobd.finished(queued)
            try jobd.expectRefusal(
                "POST", "/jobs/\(running)/signal", ["signal": "USR1"], status: 409,
                code: "conflict")
        }
    }
}
