import Foundation
import JobTestSupport
import Testing

/// What `jobctl submit` can ask for, and its files of jobs.
@Suite(.serialized) struct JobctlSubmissionTests {
    private static let yaml = """
        # Three that depend on each other, and one that stands alone.
        jobs:
          - name: test
            command: test -e built && echo tested > tested
            after: [build]
            cwd: "DIRECTORY"
          - name: build
            command: [touch, built]
            cwd: "DIRECTORY"
            labels: {app: shop, night: yes}
          - name: report
            command: |
              test -e tested
              cat
            after: [test, build]
            after_policy: finished
            stdin: ""
            cwd: "DIRECTORY"
            priority: -3
          - command: [cat]
            stdin: given
        """

    private func count(_ jobd: DaemonFixture) throws -> Int {
        (try jobd.json("GET", "/jobs").object["jobs"] as? [[String: Any]])?.count ?? -1
    }

    @Test func aFileOfYAMLIsSubmittedWithItsDependencies() throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            let path = try jobd.file(
                "jobs.yaml", Self.yaml.replacing("DIRECTORY", with: jobd.directory))
            let submitted = try jobd.jobctl("submit", "--wait", "-f", path)
            #expect(submitted.status == 0, "\(submitted.errors)")
            #expect(submitted.lines.prefix(4) == ["1", "2", "3", "4"])
            #expect(submitted.lines.count == 8, "\(submitted.output)")
            #expect(try jobd.job(1)["after"] as? [Int] == [2])
            #expect(Set(try jobd.job(3)["after"] as? [Int] ?? []) == [1, 2])
            #expect(try jobd.job(3)["after_policy"] as? String == "finished")
            #expect(try jobd.job(3)["priority"] as? Int == -3)
            // In YAML as it is meant here, yes is a word.
            #expect(
                try jobd.job(2)["labels"] as? [String: String] == ["app": "shop", "night": "yes"])
            #expect(try jobd.output(4) == "given")
        }
    }

    @Test func aFileOfJSONIsSubmitted() throws {
        try DaemonFixture.with { jobd in
            let path = try jobd.file(
                "jobs.json",
                #"[{"command":["false"],"name":"a"},{"command":["true"],"after":["a"]}]"#)
            let submitted = try jobd.jobctl("submit", "--json", "-f", path)
            #expect(submitted.status == 0)
            let jobs = try submitted.object()["jobs"] as? [[String: Any]] ?? []
            #expect(jobs.map { $0["id"] as? Int } == [1, 2])
            let waited = try jobd.jobctl("wait", "--json", "1,2")
            #expect(waited.status == 1)
            let ended = try waited.object()["jobs"] as? [[String: Any]] ?? []
            #expect(ended.map { $0["failure"] as? String } == ["exit", "dependency"])

            let input = try jobd.jobctl(
                "submit", "--wait", "--json", "--file", "-", input: path)
            #expect(input.status == 1)
            #expect((try input.object()["jobs"] as? [Any])?.count == 2)
            // One job is a file, too.
            let one = try jobd.file("one.json", #"{"command": ["true"], "name": "only"}"#)
            #expect(try jobd.jobctl("submit", "-f", one).output == "5\n")
        }
    }

    @Test func aFileWithAMistakeSubmitsNothing() throws {
        try DaemonFixture.with { jobd in
            func expect(
                _ status: CInt, _ name: String, _ text: String, saying words: String...,
                sourceLocation: SourceLocation = #_sourceLocation
            ) throws {
                let path = try jobd.file(name, text)
                let run = try jobd.jobctl("submit", "-f", path)
                #expect(run.status == status, "\(run.errors)", sourceLocation: sourceLocation)
                #expect(run.output == "", sourceLocation: sourceLocation)
                #expect(
                    run.errors.split(separator: "\n").count == 1, "\(run.errors)",
                    sourceLocation: sourceLocation)
                for word in words {
                    #expect(
                        run.errors.contains(word), "\(run.errors)",
                        sourceLocation: sourceLocation)
                }
            }
            let good = "- {name: good, command: [\"true\"]}\n"
            try expect(
                1, "a.yaml", good + "- {name: bad, command: [\"true\"], timeout_seconds: -1}\n",
                saying: "jobs[1].timeout_seconds of 'bad'")
            try expect(
                1, "b.yaml", good + "- {name: typo, comand: [\"true\"]}\n", saying: "comand",
                "typo")
            try expect(
                1, "c.yaml", good + "- {command: [\"true\"], after: [nobody]}\n",
                saying: "jobs[1].after", "nobody")
            try expect(
                1, "d.yaml",
                "- {name: x, command: [\"true\"], after: [y]}\n"
                    + "- {name: y, command: [\"true\"], after: [x]}\n", saying: "after")
            try expect(64, "e.yaml", "- {name: [", saying: "e.yaml")
            try expect(64, "f.json", "{\"command\": ", saying: "f.json", "JSON")
            try expect(64, "g.yaml", "", saying: "g.yaml")
            try jobd.expectTrouble(1, "submit", "-f", "/no/such/file", saying: "/no/such/file")
            let both = try jobd.jobctl("submit", "-f", "a.yaml", "--name", "x", "--", "true")
            #expect(both.status == 64)
            #expect(try count(jobd) == 0)
        }
    }

    @Test func optionsSayWhenAndAfterWhat() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            try jobd.putQueue("gpu", ["resources": ["gpu": ["a", "b"], "mem_gb": 8]])
            let first = try jobd.submitGated("first", then: "exit 1")
            try jobd.wrote("ready", first)
            let next = try jobd.jobctl(
                "submit", "--after", "\(first)", "--after-finished", "--priority", "-5",
                "--retries", "2", "--retry-backoff", "1m", "--retry-on", "exit",
                "--retry-on", "stalled", "--stall-timeout", "90s", "--queue", "gpu",
                "--resource", "gpu", "--resource", "mem_gb=8", "--", "printenv", "GONE")
            #expect(next.output == "2\n", "\(next.errors)")
            var job = try jobd.job(2)
            #expect(job["state"] as? String == "waiting")
            #expect(job["waiting_for"] as? String == "jobs")
            #expect(job["after"] as? [Int] == [first])
            #expect(job["after_policy"] as? String == "finished")
            #expect(job["priority"] as? Int == -5)
            #expect(job["stall_timeout_seconds"] as? Double == 90)
            #expect(job["resources"] as? [String: Int] == ["gpu": 1, "mem_gb": 8])
            let retry = job["retry"] as? [String: Any]
            #expect(retry?["max_attempts"] as? Int == 3)
            #expect(retry?["backoff_seconds"] as? Double == 60)
            #expect(Set(retry?["on"] as? [String] ?? []) == ["exit", "stalled"])
            jobd.open(gate: "first")
            try waitUntil("it waits for its retry") {
                job = try jobd.job(2)
                return job["waiting_for"] as? String == "retry"
            }
            let granted = try jobd.attempts(2).first?["granted"] as? [String: Any]
            #expect(granted?["gpu"] as? [String] == ["a"])
            #expect(granted?["mem_gb"] as? Int == 8)

            let later = try jobd.jobctl(
                "submit", "--json", "--not-before", "2099-01-02T03:04:05Z", "--", "true")
            job = try later.object()
            #expect(job["waiting_for"] as? String == "time")
            #expect(job["eligible_at"] as? String == "2099-01-02T03:04:05.000Z")

            try jobd.expectTrouble(1, "submit", "--after", "77", "--", "true", saying: "after")
            try jobd.expectTrouble(
                1, "submit", "--queue", "gpu", "--resource", "gpu=3", "--", "true",
                saying: "gpu")
            try jobd.expectTrouble(64, "submit", "--after-finished", "--", "true")
        }
    }

    @Test func aStalledJobIsEndedAndToldSo() throws {
        try DaemonFixture.with { jobd in
            let stalled = try jobd.jobctl(
                "submit", "--wait", "--stall-timeout", "200ms", "--", "sleep", "1000")
            #expect(stalled.status == 1)
            #expect(stalled.output == "1\n")
            #expect(try jobd.job(1)["failure"] as? String == "stalled")
            #expect(
                try jobd.jobctl("run", "--stall-timeout", "200ms", "--", "sleep", "1000").status
                    == 124)
        }
    }
}
