import Foundation
import JobTestSupport
import Testing

/// `GET /metrics`: what Prometheus reads.
@Suite(.serialized) struct MetricsTests {
    @Test func everyFigureIsWellFormedAndTrue() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            try jobd.putQueue("a.b", ["slots": 3, "paused": true])
            let failed = try jobd.submit(["command": "exit 3"])
            try jobd.finished(failed)
            try jobd.finished(try jobd.submit(["command": "true"]))
            let running = try jobd.submitGated("go")
            try jobd.wrote("ready", running)
            let queued = try jobd.submit(["command": "true"])
            _ = try jobd.submit(["command": "true", "queue": "a.b"])
            let late = try jobd.submit(["command": "true", "not_before": "2999-01-01T00:00:00Z"])
            _ = try jobd.request("GET", "/jobs/\(failed)")
            try jobd.expectRefusal("GET", "/jobs/999", status: 404, code: "job_not_found")
            try jobd.expectRefusal("GET", "/no/such/path", status: 404, code: "not_found")

            let metrics = try jobd.metrics()
            for (queue, state, count) in [
                ("default", "running", 1.0), ("default", "queued", 1), ("default", "waiting", 1),
                ("default", "paused", 0), ("a.b", "queued", 1), ("a.b", "running", 0),
            ] {
                #expect(
                    try metrics.value("jobd_jobs", ["queue": queue, "state": state]) == count,
                    "\(queue) \(state)")
            }
            #expect(try metrics.value("jobd_jobs_kept", ["state": "succeeded"]) == 1)
            #expect(try metrics.value("jobd_jobs_kept", ["state": "failed"]) == 1)
            #expect(try metrics.value("jobd_queue_slots", ["queue": "a.b"]) == 3)
            #expect(try metrics.value("jobd_queue_paused", ["queue": "a.b"]) == 1)
            #expect(try metrics.value("jobd_queue_slots_in_use", ["queue": "default"]) == 1)
            #expect(try metrics.finished("succeeded") == 1)
            #expect(try metrics.finished("failed", "exit") == 1)
            #expect(try metrics.finished("failed", "timeout") == 0)
            #expect(try metrics.value("jobd_attempts_started_total") == 3)
            let newest = try metrics.value("jobd_events_newest_id")
            #expect(newest > 8)
            #expect(try metrics.value("jobd_events_total") == newest)
            #expect(try metrics.value("jobd_storage_ok") == 1)
            #expect(try metrics.value("jobd_write_failures_total") == 0)
            #expect(try metrics.value("jobd_database_bytes", ["file": "main"]) >= 4096)
            #expect(metrics.samples("jobd_build_info").count == 1)

            // What was asked for, by templates only.
            let requests = metrics.samples("jobd_http_requests_total")
            #expect(
                try metrics.value(
                    "jobd_http_requests_total",
                    ["method": "GET", "route": "/jobs/{id}", "status": "4xx"]) == 1)
            #expect(
                try metrics.value(
                    "jobd_http_requests_total",
                    ["method": "GET", "route": "none", "status": "4xx"]) == 1)
            #expect(requests.keys.allSatisfy { $0.labels["route"]?.contains("such") == false })
            try metrics.expectHistograms()

            #expect(try metrics.value("process_resident_memory_bytes") > 1_000_000)
            #expect(try metrics.value("process_open_fds") > 3)
            #expect(try metrics.value("process_max_fds") >= 256)
            let age =
                Date().timeIntervalSince1970 - (try metrics.value("process_start_time_seconds"))
            #expect((-2...600).contains(age))
            #expect(try metrics.value("process_cpu_seconds_total") > 0)

            // It ends, and so do those after it; what was removed stays counted.
            for id in [queued, late] { _ = try jobd.send("POST", "/jobs/\(id)/cancel") }
            jobd.open(gate: "go")
            try jobd.finished(running)
            for id in [failed, running] {
                #expect(try jobd.request("DELETE", "/jobs/\(id)").head.status == 204)
            }
            let after = try jobd.metrics()
            #expect(try after.finished("cancelled") == 2)
            #expect(try after.finished("succeeded") == 2)
            #expect(try after.finished("failed", "exit") == 1)
            #expect(try after.value("jobd_jobs_kept", ["state": "failed"]) == 0)
            #expect(
                try after.value("jobd_events_total") == after.value("jobd_events_newest_id"))
            for (sample, value) in metrics.values where metrics.isCounter(sample) {
                #expect(try after.value(sample.name, sample.labels) >= value, "\(sample) fell")
            }

            // A new daemon counts from nothing; what is stored it tells as before.
            try jobd.killAndRestart()
            let again = try jobd.metrics()
            #expect(try again.finished("cancelled") == 0)
            #expect(try again.value("jobd_attempts_started_total") == 0)
            #expect(try again.value("jobd_jobs_kept", ["state": "cancelled"]) == 2)
            #expect(
                try again.value("jobd_events_newest_id") == after.value("jobd_events_newest_id"))
        }
    }

    @Test func nothingInThemTellsOfAJob() throws {
        try DaemonFixture.with { jobd in
            let secret = "s3cr3t-word"
            let id = try jobd.submit([
                "command": ["echo", secret], "name": secret, "labels": [secret: secret],
                "env": ["SECRET": secret],
            ])
            try jobd.finished(id)
            for method in ["GET", "PURGE"] {
                _ = try jobd.request(method, "/jobs/\(secret)?q=\(secret)", ["X-A": secret])
            }
            let (head, body) = try jobd.request("GET", "/metrics")
            #expect(head.status == 200)
            #expect(head.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let text = String(decoding: body, as: UTF8.self)
            #expect(!text.contains(secret))
            #expect(text.contains("method=\"other\""))
        }
    }

    @Test func openStreamsAndConnectionsAreCounted() throws {
        try DaemonFixture.with { jobd in
            #expect(try jobd.metrics().value("jobd_streams_open") == 0)
            let connections = try (0..<3).map { _ in
                let connection = try TestConnection(jobd.address)
                try connection.send("GET", "/events", [:])
                _ = try connection.head()
                _ = try connection.piece()
                return connection
            }
            let open = try jobd.metrics()
            #expect(try open.value("jobd_streams_open") == 3)
            #expect(try open.value("jobd_connections_open") >= 4)
            withExtendedLifetime(connections) {}
        }
    }
}

extension DaemonFixture {
    /// What `GET /metrics` says.
    func metrics() throws -> Exposition {
        let (head, body) = try request("GET", "/metrics")
        #expect(head.status == 200)
        return try Exposition(String(decoding: body, as: UTF8.self))
    }
}

extension Exposition {
    /// How many jobs came to this.
    func finished(_ state: String, _ failure: String = "") throws -> Double {
        try value("jobd_jobs_finished_total", ["state": state, "failure": failure])
    }

    /// Whether a sample may not fall.
    func isCounter(_ sample: Sample) -> Bool {
        let family = sample.name.replacing(/_(bucket|sum|count)$/, with: "")
        return kinds[sample.name] == "counter" || kinds[family] == "histogram"
    }

    /// Expects each histogram's buckets to rise up to the count.
    func expectHistograms() throws {
        let name = "jobd_http_request_duration_seconds"
        let counts = samples(name + "_count")
        #expect(!counts.isEmpty)
        for (sample, count) in counts {
            let buckets = samples(name + "_bucket").filter {
                $0.key.labels.filter { $0.key != "le" } == sample.labels
            }
            let rising = buckets.map { (Self.bound($0.key.labels["le"]), $0.value) }
                .sorted { $0.0 < $1.0 }.map(\.1)
            #expect(rising == rising.sorted() && rising.last == count, "\(sample)")
            #expect(buckets.keys.contains { $0.labels["le"] == "+Inf" })
            #expect(try value(name + "_sum", sample.labels) > 0)
        }
    }

    private static func bound(_ text: String?) -> Double {
        text == "+Inf" ? .infinity : text.flatMap(Double.init) ?? -1
    }
}
