import Foundation
import JobAPI
import Testing

/// What the documents of the contract become.
@Suite struct ResourceTests {
    @Test func job() throws {
        let job = try JobResource(json: Array(Samples.job().utf8))
        #expect(job.id == 42)
        #expect(job.name == "nightly copy")
        #expect(job.command == .arguments(["rsync", "-a", "src/", "dst/"]))
        #expect(job.state == .running)
        #expect(!job.state.isFinished)
        #expect(job.labels == ["app": "shop"])
        #expect(job.maxAttempts == 3)
        #expect(abs(job.createdAt.timeIntervalSince1970 - 1_795_335_330.123) < 0.0001)
        #expect(job.startedAt == Date(timeIntervalSince1970: 1_795_335_331))
        #expect(job.finishedAt == nil)
        #expect(job.progress?.fraction == 0.42)
        #expect(job.progress?.etaSeconds == 18.7)
        #expect(job.usage?.maxRSSBytes == 10_485_760)
        #expect(job.cursor == 1093)
        #expect(job.priority == 0)
        #expect(
            job.retry
                == RetryResource(
                    maxAttempts: 3, backoffSeconds: 5, backoffFactor: 2, maxBackoffSeconds: 300,
                    on: [.exit, .lost]))
        #expect(job.stallTimeoutSeconds == 300)
        #expect(job.notBefore == Date(timeIntervalSince1970: 1_795_334_400))
        #expect(job.after == [40, 41])
        #expect(job.afterPolicy == .finished)
        #expect(job.resources == ["gpu": 1, "mem_gb": 8])
        #expect(job.granted == ["gpu": .names(["0"]), "mem_gb": .count(8)])
        #expect(job.eligibleAt == nil)
    }

    @Test func jobOfAnEarlierDaemon() throws {
        let job = try JobResource(
            json: Array(
                """
                {"id":1,"command":"a","state":"queued","queue":"default","labels":{},"attempt":0,\
                "created_at":"2026-11-22T08:15:30.123Z","cursor":1}
                """.utf8))
        #expect(job.priority == 0)
        #expect(job.after == [])
        #expect(job.afterPolicy == .succeeded)
        #expect(job.resources == [:])
        #expect(job.retry == nil)
    }

    @Test func shellCommandAndUnknownWords() throws {
        let text = Samples.job(state: "dreaming")
            .replacingOccurrences(
                of: #"["rsync","-a","src/","dst/"]"#, with: #""a | b""#)
        let job = try JobResource(json: Array(text.utf8))
        #expect(job.command == .shell("a | b"))
        #expect(job.state == JobResource.State(rawValue: "dreaming"))
        #expect(!job.state.isFinished)
    }

    @Test func notAJob() {
        #expect(throws: DecodingError.self) { try JobResource(json: Array("{}".utf8)) }
        #expect(throws: DecodingError.self) { try JobResource(json: Array("<html>".utf8)) }
        let badTime = Samples.job().replacingOccurrences(
            of: "2026-11-22T08:15:30.123Z", with: "soon")
        #expect(throws: DecodingError.self) { try JobResource(json: Array(badTime.utf8)) }
    }

    @Test func events() throws {
        let state = try EventResource(
            json: Array(
                #"{"id":1090,"job":42,"time":"2026-11-22T08:15:30Z","state":"running","attempt":1}"#
                    .utf8))
        #expect(state.content == .state(.running))
        #expect(state.time == Date(timeIntervalSince1970: 1_795_335_330))
        let progress = try EventResource(json: Array(Samples.progress(1093).utf8))
        #expect(
            progress.content
                == .progress(
                    ProgressResource(
                        fraction: 0.5, message: "größer", source: "percent",
                        time: progress.time)))
        let end = try EventResource(
            json: Array(
                """
                {"id":1101,"job":42,"time":"2026-11-22T08:15:30.123Z","state":"failed",\
                "exit_code":null,"signal":9,"failure":"signal"}
                """.utf8))
        guard case .end(let content) = end.content else {
            Issue.record("\(end)")
            return
        }
        #expect(content.state == .failed)
        #expect(content.signal == 9)
        #expect(content.failure == .signal)
        #expect(end.attempt == nil)
        #expect(end.attemptEnd == nil)
    }

    @Test func eventOfAnAttemptThatIsTriedAgain() throws {
        let event = try EventResource(
            json: Array(
                """
                {"id":7,"job":42,"time":"2026-11-22T08:15:30.123Z","state":"waiting","attempt":1,\
                "waiting_for":"retry","exit_code":3,"signal":null,"failure":"exit","error":"x"}
                """.utf8))
        #expect(event.content == .state(.waiting))
        #expect(event.waitingFor == "retry")
        #expect(event.attemptEnd?.exitCode == 3)
        #expect(event.attemptEnd?.failure == .exit)
        let plain = try EventResource(
            json: Array(
                #"{"id":7,"job":42,"time":"2026-11-22T08:15:30.123Z","state":"paused","attempt":1}"#
                    .utf8))
        #expect(plain.content == .state(.paused))
        #expect(plain.attemptEnd == nil)
        #expect(plain.waitingFor == nil)
    }

    @Test(arguments: [
        "2026-11-22T08:15:30.123Z", "2026-11-22T08:15:30.000Z", "2026-11-22T08:15:30.999Z",
        "1999-12-31T23:59:59.001Z", "2026-11-22T08:15:30.007Z",
    ])
    func timesAreWrittenAsTheyWereRead(_ text: String) throws {
        #expect(try #require(Date(wireTime: text)).wireTime == text)
    }

    @Test func timesWithAnOffset() {
        let time = Date(timeIntervalSince1970: 1_795_335_330)
        #expect(Date(wireTime: "2026-11-22T09:15:30+01:00") == time)
        #expect(Date(wireTime: "2026-11-22T09:15:30.5+01:00") == time.addingTimeInterval(0.5))
        #expect(Date(wireTime: "2026-11-22T04:45:30-03:30") == time)
        for text in ["", "22:30", "2026-11-22", "2026-11-22T09:15:30", "2026-13-22T09:15:30Z"] {
            #expect(Date(wireTime: text) == nil, "\(text)")
        }
    }

    @Test func outputIsExact() throws {
        let text = try OutputResource(
            json: Array(
                #"{"stream":"stderr","time":"2026-11-22T08:15:30.123Z","text":"a\u0000ü\r"}"#.utf8))
        #expect(text.stream == .stderr)
        #expect(text.bytes == Array("a\0ü\r".utf8))
        let binary = try OutputResource(
            json: Array(#"{"stream":"stdout","text":"\ufffd","base64":"/wA="}"#.utf8))
        #expect(binary.bytes == [0xFF, 0x00])
        #expect(throws: DecodingError.self) {
            try OutputResource(json: Array(#"{"stream":"stdout","base64":"%"}"#.utf8))
        }
        #expect(throws: DecodingError.self) {
            try OutputResource(json: Array(#"{"stream":"stdin","text":"a"}"#.utf8))
        }
    }

    @Test func problemInOneLine() throws {
        let problem = try Problem(
            json: Array(
                """
                {"type":"about:blank","title":"Invalid","status":422,"code":"invalid_spec",\
                "detail":"The job is not acceptable.",\
                "errors":[{"field":"cwd","message":"no such directory"},\
                {"field":"env","message":"not text"}]}
                """.utf8))
        #expect(problem.code == "invalid_spec")
        #expect(
            problem.description
                == "The job is not acceptable. (cwd: no such directory; env: not text)")
        #expect(Problem(status: 502, title: "").description == "status 502")
        var repeated = problem
        repeated.detail = "Not accepted: cwd no such directory; env not text."
        #expect(repeated.description == repeated.detail)
    }

    @Test func submissionLeavesOutWhatIsNil() throws {
        var submission = JobSubmission(command: .arguments(["ls", "/tmp"]))
        #expect(
            String(decoding: try submission.encoded(), as: UTF8.self)
                == #"{"command":["ls","/tmp"]}"#)
        submission = JobSubmission(command: .shell("a | b"))
        submission.name = "n"
        submission.env = ["K": "V"]
        submission.labels = ["a": "b"]
        submission.stdin = "in\n"
        submission.tty = true
        submission.watchFiles = true
        submission.cwd = "/"
        submission.queue = "q"
        submission.timeoutSeconds = 1.5
        submission.killGraceSeconds = 3
        submission.outputLimitBytes = 64
        submission.priority = -5
        submission.stallTimeoutSeconds = 60
        submission.retry = RetryResource(maxAttempts: 2, on: [.lost])
        submission.notBefore = Date(timeIntervalSince1970: 1_795_335_330)
        submission.after = [.id(40)]
        submission.afterPolicy = .finished
        submission.resources = ["gpu": 1]
        #expect(
            String(decoding: try submission.encoded(), as: UTF8.self)
                == #"{"after":[40],"after_policy":"finished","command":"a | b","cwd":"/","#
                + #""env":{"K":"V"},"kill_grace_seconds":3,"labels":{"a":"b"},"name":"n","#
                + #""not_before":"2026-11-22T08:15:30.000Z","output_limit_bytes":64,"priority":-5,"#
                + #""queue":"q","resources":{"gpu":1},"retry":{"max_attempts":2,"on":["lost"]},"#
                + #""stall_timeout_seconds":60,"stdin":"in\n","timeout_seconds":1.5,"tty":true,"#
                + #""watch_files":true}"#)
    }
}
