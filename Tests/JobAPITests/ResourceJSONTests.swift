import JobAPI
import JobModel
import Testing

/// Jobs, events and problems as JSON, field by field as the contract has them.
@Suite struct ResourceJSONTests {
    @Test func aJobWithEverything() throws {
        let job = try Tree.written { $0.value(sampleJob) }
        let expected: [String: Tree] = [
            "id": 42, "name": "nightly copy",
            "command": .array(["rsync", "-a", "src/", "a \"b\""]), "owner": "token:ci",
            "definition": "backup", "parameters": .object(["to": "dst"]),
            "secret_env": .array(["KEY"]), "limits": .object([:]), "run_as": .null,
            "state": "failed",
            "queue": "default", "priority": -7, "labels": .object(["app": "shop", "a": "1"]),
            "cwd": "/srv",
            "tty": true, "watch_files": true, "timeout_seconds": 3600.5,
            "stall_timeout_seconds": 90.25,
            "kill_grace_seconds": 2.5, "output_limit_bytes": 1024,
            "retry": .object([
                "max_attempts": 3, "backoff_seconds": 0.5, "backoff_factor": 1.5,
                "max_backoff_seconds": 60, "on": .array(["exit", "lost", "unstartable"]),
            ]),
            "not_before": "2026-11-22T08:15:30.373Z", "after": .array([7, 40]),
            "after_policy": "finished", "resources": .object(["gpu": 2, "mem_gb": 8]),
            "attempt": 2, "max_attempts": 5, "waiting_for": "retry",
            "eligible_at": "2026-11-22T08:15:34.123Z",
            "created_at": "2026-11-22T08:15:30.123Z", "started_at": "2026-11-22T08:15:31.123Z",
            "finished_at": "2026-11-22T08:15:32.123Z",
            "cancel_requested_at": "2026-11-22T08:15:31.623Z", "exit_code": 3, "signal": 9,
            "failure": "output_limit", "error": "It wrote too much.",
            "progress": .object([
                "fraction": 0.42, "done": 42, "total": 100, "unit": "files", "message": "hi",
                "rate": 3.1, "eta_seconds": 18.7, "source": "rsync",
                "time": "2026-11-22T08:15:33.123Z",
            ]),
            "usage": .object([
                "cpu_seconds": 1.9, "max_rss_bytes": 10_485_760, "output_bytes": 2048,
            ]),
            "granted": .object(["gpu": .array(["0", "GPU-b"]), "mem_gb": 8]),
            "cursor": 1093,
            "links": .object([
                "self": "/jobs/42", "progress": "/jobs/42/progress", "output": "/jobs/42/output",
            ]),
        ]
        #expect(job.names == expected.keys.sorted())
        for (name, value) in expected { #expect(job[name] == value, "\(name)") }
    }

    @Test func aFreshJobHasTheSameFieldsAndNulls() throws {
        let fresh = Job(
            id: JobID(rawValue: 1), spec: JobSpec(command: .shell("echo 'hi'")), state: .queued,
            attempt: 0, createdAt: sampleTime, cursor: EventID(rawValue: 1))
        let job = try Tree.written { $0.value(fresh) }
        #expect(job.names == (try Tree.written { $0.value(sampleJob) }).names)
        #expect(job["command"] == "echo 'hi'")
        #expect(job["labels"] == .object([:]))
        #expect(job["attempt"] == 0)
        #expect(job["max_attempts"] == 1)
        #expect(job["priority"] == 0)
        #expect(job["after"] == .array([]))
        #expect(job["after_policy"] == "succeeded")
        #expect(job["resources"] == .object([:]))
        for name in [
            "name", "cwd", "timeout_seconds", "started_at", "finished_at", "exit_code", "signal",
            "failure", "error", "progress", "usage", "waiting_for", "cancel_requested_at",
            "stall_timeout_seconds", "retry", "not_before", "eligible_at", "granted",
        ] { #expect(job[name] == .null, "\(name)") }
    }

    @Test func neitherEnvironmentNorInputIsShown() {
        var json = JSONWriter()
        json.value(sampleJob)
        let text = String(decoding: json.bytes, as: UTF8.self)
        for value in ["env-secret", "key-secret", "stdin-secret", "TOKEN"] {
            #expect(!text.contains(value))
        }
    }

    @Test func aStateEvent() throws {
        #expect(
            try Tree.written { $0.value(sampleEvents[2]) }
                == .object([
                    "id": 1090, "job": 42, "time": "2026-11-22T08:15:31.213Z",
                    "state": "running", "attempt": 1,
                ]))
    }

    @Test func aStateEventSaysWhatIsWaitedFor() throws {
        #expect(
            try Tree.written { $0.value(sampleEvents[1]) }
                == .object([
                    "id": 1089, "job": 42, "time": "2026-11-22T08:15:31.212Z",
                    "state": "waiting", "attempt": 0, "waiting_for": "jobs",
                ]))
    }

    @Test func aStateEventSaysHowTheAttemptFailedThatWillBeRetried() throws {
        #expect(
            try Tree.written { $0.value(sampleEvents[10]) }
                == .object([
                    "id": 1099, "job": 42, "time": "2026-11-22T08:15:31.222Z",
                    "state": "waiting", "attempt": 1, "waiting_for": "retry", "exit_code": 3,
                    "signal": .null, "failure": "exit", "error": "It exited with 3.",
                ]))
    }

    @Test func aProgressEvent() throws {
        #expect(
            try Tree.written { $0.value(sampleEvents[4]) }
                == .object([
                    "id": 1093, "job": 42, "time": "2026-11-22T08:15:31.216Z", "attempt": 1,
                    "fraction": 0.42, "done": 42, "total": 100, "unit": "files",
                    "message": "copied \"a.txt\"", "rate": 3.1, "eta_seconds": 18.7,
                    "source": "rsync",
                ]))
    }

    @Test func aProgressEventSaysWhatIsUnknown() throws {
        let event = try Tree.written { $0.value(sampleEvents[5]) }
        #expect(event["fraction"] == 0.5)
        for name in ["done", "total", "unit", "message", "rate", "eta_seconds"] {
            #expect(event[name] == .null, "\(name)")
        }
    }

    @Test func anEndEvent() throws {
        #expect(
            try Tree.written { $0.value(sampleEvents[13]) }
                == .object([
                    "id": 1103, "job": 42, "time": "2026-11-22T08:15:31.226Z", "state": "failed",
                    "attempt": 2, "exit_code": 3, "signal": .null, "failure": "exit",
                    "error": "It exited with 3.",
                ]))
    }

    @Test func aPieceOfOutput() throws {
        let bytes: [UInt8] = Array("x\r\ndata: no\u{0}".utf8) + [0xff]
        #expect(
            try Tree.written { $0.output(bytes[...], isError: true, at: sampleTime) }
                == .object([
                    "stream": "stderr", "time": "2026-11-22T08:15:30.123Z",
                    "text": "x\r\ndata: no\u{0}\u{fffd}",
                    "base64": "eA0KZGF0YTogbm8A/w==",
                ]))
        #expect(
            try Tree.written { $0.output([], isError: false, at: sampleTime) }
                == .object(["stream": "stdout", "time": "2026-11-22T08:15:30.123Z", "text": ""]))
    }

    @Test func theEndOfAnOutput() throws {
        let end = try Tree.written { $0.outputEnd(sampleJob) }
        #expect(
            end
                == .object([
                    "job": 42, "time": "2026-11-22T08:15:32.123Z", "state": "failed",
                    "attempt": 2, "exit_code": 3, "signal": 9, "failure": "output_limit",
                    "error": "It wrote too much.",
                ]))
    }

    @Test func anActionSaysWhatWasDoneAndByWhom() throws {
        #expect(
            try Tree.written { $0.value(sampleEvents[15]) }
                == .object([
                    "id": 1105, "job": 42, "time": "2026-11-22T08:15:31.228Z",
                    "action": "signal", "state": "paused", "attempt": 3, "by": "token:c\"i",
                ]))
    }

    @Test func aProblem() throws {
        let error = JobError(
            .invalidSpec, "No \"good\".",
            fields: [
                FieldError(field: "cwd", message: "must be an absolute path"),
                FieldError(field: "env.A", message: "is wrong"),
            ])
        #expect(
            try Tree.written { $0.value(problem: error) }
                == .object([
                    "type": "urn:jobd:problem:invalid_spec", "title": "Invalid job",
                    "status": 422, "detail": "No \"good\".", "code": "invalid_spec",
                    "errors": .array([
                        .object(["field": "cwd", "message": "must be an absolute path"]),
                        .object(["field": "env.A", "message": "is wrong"]),
                    ]),
                ]))
        let plain = try Tree.written { $0.value(problem: JobError(.jobNotFound, "No job 9.")) }
        #expect(plain["errors"] == nil)
    }

    /// The contract's codes and the statuses it gives them.
    @Test func everyCodeHasItsStatusAndATitle() {
        let statuses: [String: Int] = [
            "malformed_request": 400, "invalid_parameter": 400, "unauthorized": 401,
            "forbidden": 403, "definition_not_found": 404, "token_not_found": 404,
            "not_found": 404, "job_not_found": 404, "queue_not_found": 404,
            "output_not_found": 404, "method_not_allowed": 405, "not_acceptable": 406,
            "request_timeout": 408,
            "conflict": 409, "idempotency_conflict": 409, "payload_too_large": 413,
            "uri_too_long": 414,
            "unsupported_media_type": 415,
            "range_not_satisfiable": 416, "misdirected": 421, "invalid_spec": 422,
            "too_many_requests": 429, "headers_too_large": 431,
            "internal_error": 500, "unavailable": 503, "storage_full": 507,
        ]
        #expect(JobError.Code.allCases.map(\.rawValue).sorted() == statuses.keys.sorted())
        for code in JobError.Code.allCases {
            #expect(code.status == statuses[code.rawValue], "\(code.rawValue)")
            #expect(!code.title.isEmpty)
        }
    }
}
