import Foundation
import JobTestSupport
import Testing

/// What is given to a command's environment and input is seen by the command, and
/// by nobody else: it is in no answer and not in the log.
@Suite(.serialized) struct SecrecyTests {
    private static let marker = "MARKER-5f1d"

    /// What the daemon has said so far.
    private final class Heard {
        var text = ""
        var count = 0
    }

    private func ask(
        _ jobd: DaemonFixture, _ heard: Heard, _ method: String, _ path: String,
        _ headers: [String: String] = [:], body: String? = nil
    ) throws -> Int {
        let (head, answer) = try jobd.request(method, path, headers, body: body)
        heard.text += "\(method) \(path): \(head.headers) "
        heard.text += String(decoding: answer, as: UTF8.self) + "\n"
        heard.count += 1
        return head.status
    }

    private func expectSecret(_ jobd: DaemonFixture, _ heard: Heard) throws {
        let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
        for (name, text) in [("answers", heard.text), ("log", log)] {
            guard let place = text.range(of: Self.marker) else { continue }
            let line = text[..<place.upperBound].suffix(300)
            Issue.record("The marker is in the \(name): …\(line)")
        }
    }

    @Test func noAnswerAndNoLineTellsIt() throws {
        let marker = Self.marker
        try DaemonFixture.with { jobd in
            let heard = Heard()
            let spec = #""env":{"KEY":"\#(marker)"},"stdin":"\#(marker)","name":"n""#
            // It does get to where it belongs.
            let proof = try jobd.submit([
                "command": "printenv KEY; cat", "env": ["KEY": marker], "stdin": marker,
            ])
            try jobd.finished(proof)
            #expect(try jobd.output(proof) == "\(marker)\n\(marker)")

            let key = ["Idempotency-Key": "k"]
            for body in [
                #"{"command":["true"],\#(spec)}"#, #"{"command":["true"],\#(spec)}"#,
                // Another request under the same key.
                #"{"command":["false"],\#(spec)}"#,
            ] {
                _ = try ask(jobd, heard, "POST", "/jobs?wait=30", key, body: body)
            }
            let failing = [
                #"{"command":["/no/such/program"],\#(spec)}"#,
                #"{"command":["true"],"cwd":"/no/such",\#(spec)}"#,
                #"{"command":["true"],"env":{"KEY":"\#(marker + String(repeating: "x", count: 200_000))"}}"#,
                #"{"command":"exit 3",\#(spec)}"#,
            ]
            for body in failing { _ = try ask(jobd, heard, "POST", "/jobs?wait=30", body: body) }
            _ = try ask(
                jobd, heard, "POST", "/jobs/batch",
                body: #"{"jobs":[{"command":["true"],\#(spec)}]}"#)
            let waiting = try jobd.submit([
                "command": ["cat"], "not_before": "2036-01-01T00:00:00Z", "env": ["KEY": marker],
            ])
            #expect(
                try ask(
                    jobd, heard, "POST", "/jobs/\(waiting)/stdin?close=1",
                    ["Content-Type": "application/octet-stream"], body: marker) == 200)

            let ids = Array(1..<waiting + 1) as [Int]
            for id in ids where id != proof && id != waiting { try jobd.finished(id) }
            for id in ids where id != proof {
                for path in ["", "/attempts", "/output"] {
                    _ = try ask(jobd, heard, "GET", "/jobs/\(id)\(path)")
                }
                for after in ["", "?after=0", "?after=99999999"] {
                    _ = try ask(
                        jobd, heard, "GET", "/jobs/\(id)/progress\(after)",
                        ["Accept": "application/json"])
                }
                for action in ["cancel", "pause", "resume", "retry", "cancel"] {
                    _ = try ask(jobd, heard, "POST", "/jobs/\(id)/\(action)")
                }
                _ = try ask(jobd, heard, "PATCH", "/jobs/\(id)", body: #"{"priority":1}"#)
                _ = try ask(
                    jobd, heard, "POST", "/jobs/\(id)/signal", body: #"{"signal":"USR1"}"#)
            }
            for path in ["/jobs?limit=1000", "/jobs?q=\(marker.prefix(6))", "/queues", "/ready"] {
                _ = try ask(jobd, heard, "GET", path)
            }
            _ = try ask(
                jobd, heard, "GET", "/events?after=0&limit=10000", ["Accept": "application/json"])
            _ = try jobd.stream("/jobs/1/progress?after=99999999") {
                heard.text += $0.data; return true
            }
            for id in ids { _ = try ask(jobd, heard, "DELETE", "/jobs/\(id)") }
            #expect(heard.count > 100)
            try expectSecret(jobd, heard)
        }
    }

    @Test func noRefusalRepeatsIt() throws {
        let marker = Self.marker
        let bodies = [
            #"{"command":[],"env":{"KEY":"\#(marker)"}}"#, #"{"command":["a"],"env":"\#(marker)"}"#,
            #"{"command":["a"],"env":["\#(marker)"]}"#,
            #"{"command":["a"],"env":{"":"\#(marker)"}}"#,
            #"{"command":["a"],"env":{"A=B":"\#(marker)"}}"#,
            #"{"command":["a"],"env":{"KEY":["\#(marker)"]}}"#,
            #"{"command":["a"],"env":{"KEY":{"v":"\#(marker)"}}}"#,
            #"{"command":["a"],"env":{"KEY":"\#(marker)\u0000"}}"#,
            #"{"command":["a"],"env":{"JOBD_JOB_ID":"\#(marker)"}}"#,
            #"{"command":["a"],"stdin":["\#(marker)"]}"#,
            #"{"command":["a"],"stdin":{"v":"\#(marker)"}}"#,
            #"{"command":["a"],"secret_env":{"KEY":["\#(marker)"]}}"#,
            #"{"command":["a"],"secret_env":"\#(marker)"}"#,
            #"{"command":["a"],"secret_env":{"KEY":"\#(marker)\u0000"}}"#,
            #"{"command":["a"],"queue":"nope","env":{"KEY":"\#(marker)"},"stdin":"\#(marker)"}"#,
            #"{"command":["a"],"after":[99],"env":{"KEY":"\#(marker)"},"stdin":"\#(marker)"}"#,
            #"{"command":["a"],"environment":{"KEY":"\#(marker)"}}"#,
            #"{"command":["a"],"env":{"KEY":"\#(marker)""#,
            #"{"command":["a"],"env":{"KEY":"\#(marker)\x"}}"#,
            #""\#(marker)""#, #"["\#(marker)"]"#, #"{"env":{"KEY":"\#(marker)"}} trailing"#,
        ]
        try DaemonFixture.with { jobd in
            let heard = Heard()
            for body in bodies {
                for (path, text) in [("/jobs", body), ("/jobs/batch", #"{"jobs":[\#(body)]}"#)] {
                    let status = try ask(jobd, heard, "POST", path, body: text)
                    #expect([400, 422].contains(status), "\(path) \(text) gave \(status)")
                }
                _ = try ask(jobd, heard, "PATCH", "/jobs/1", body: body)
                _ = try ask(jobd, heard, "POST", "/jobs/1/signal", body: body)
            }
            for type in ["text/plain", "application/x-www-form-urlencoded"] {
                let headers = ["Content-Type": type]
                #expect(try ask(jobd, heard, "POST", "/jobs", headers, body: bodies[0]) == 415)
            }
            try expectSecret(jobd, heard)
        }
    }
}
