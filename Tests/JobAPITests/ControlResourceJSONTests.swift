import JobAPI
import JobModel
import Testing

/// Attempts and queues as JSON.
@Suite struct ControlResourceJSONTests {
    @Test func anAttemptThatFailed() throws {
        let attempt = Attempt(
            number: 2, startedAt: sampleTime, finishedAt: sampleTime + 1_000_000, state: .failed,
            exitCode: 3, signal: 9, failure: .outputLimit, error: "It wrote too much.",
            usage: Usage(cpuMicroseconds: 1_900_000, maxRSSBytes: 4096, outputBytes: 2048),
            granted: ["gpu": .names(["1"]), "mem_gb": .amount(8)])
        #expect(
            try Tree.written { $0.value(attempt, of: JobID(rawValue: 42)) }
                == .object([
                    "number": 2, "outcome": "failed", "started_at": "2026-11-22T08:15:30.123Z",
                    "finished_at": "2026-11-22T08:15:31.123Z", "exit_code": 3, "signal": 9,
                    "failure": "output_limit", "error": "It wrote too much.",
                    "usage": .object([
                        "cpu_seconds": 1.9, "max_rss_bytes": 4096, "output_bytes": 2048,
                    ]),
                    "granted": .object(["gpu": .array(["1"]), "mem_gb": 8]),
                    "links": .object(["output": "/jobs/42/output?attempt=2"]),
                ]))
    }

    @Test func anAttemptThatRuns() throws {
        let attempt = Attempt(number: 1, startedAt: sampleTime)
        #expect(
            try Tree.written { $0.value(attempt, of: JobID(rawValue: 7)) }
                == .object([
                    "number": 1, "outcome": .null, "started_at": "2026-11-22T08:15:30.123Z",
                    "finished_at": .null, "exit_code": .null, "signal": .null, "failure": .null,
                    "error": .null, "usage": .null, "granted": .null,
                    "links": .object(["output": "/jobs/7/output?attempt=1"]),
                ]))
    }

    @Test func aQueue() throws {
        let status = QueueStatus(
            queue: Queue(
                name: "gpu", slots: 4, isPaused: true,
                resources: ["gpu": .names(["0", "1"]), "mem_gb": .count(24)]),
            inUse: ["gpu": .names(["0"]), "mem_gb": .amount(8)], running: 1, queued: 4, waiting: 2)
        #expect(
            try Tree.written { $0.value(status) }
                == .object([
                    "name": "gpu", "slots": 4, "paused": true,
                    "resources": .object(["gpu": .array(["0", "1"]), "mem_gb": 24]),
                    "in_use": .object(["gpu": .array(["0"]), "mem_gb": 8]),
                    "running": 1, "queued": 4, "waiting": 2,
                    "links": .object(["self": "/queues/gpu"]),
                ]))
    }

    @Test func anEmptyQueue() throws {
        let queue = try Tree.written { $0.value(QueueStatus(queue: Queue(name: "q"))) }
        #expect(queue["resources"] == .object([:]))
        #expect(queue["in_use"] == .object([:]))
        #expect(queue["slots"] == 1)
        #expect(queue["paused"] == false)
    }
}
