import Foundation
import JobTestSupport
import Testing

/// Input that jobs get later, a piece at a time.
@Suite(.serialized) struct InputTests {
    private func size(_ answer: (status: Int, object: [String: Any])) -> Int? {
        answer.status == 200 ? answer.object["size"] as? Int : nil
    }

    @Test func inputComesInPiecesUntilItIsClosed() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["cat"]])
            let first = try jobd.sendInput(id, Array("one\n".utf8))
            #expect(size(first) == 4 && first.object["closed"] as? Bool == false)
            try jobd.wrote("one\n", id)
            // Any bytes, and no type at all.
            let second = try jobd.sendInput(id, [0, 0xff, 0x0a], type: nil)
            #expect(size(second) == 7)
            try waitUntil("it is there") {
                try jobd.request("GET", "/jobs/\(id)/output").body.count == 7
            }
            #expect(try jobd.state(id) == "running")
            let last = try jobd.sendInput(id, Array("end".utf8), query: "?close=1")
            #expect(size(last) == 10 && last.object["closed"] as? Bool == true)
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(
                try jobd.request("GET", "/jobs/\(id)/output").body
                    == Array("one\n".utf8) + [0, 0xff, 0x0a] + Array("end".utf8))
        }
    }

    @Test func inputMayComeBeforeTheStart() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("q", ["paused": true])
            let open = try jobd.submit(["command": ["cat"], "queue": "q"])
            let closed = try jobd.submit(["command": ["cat"], "queue": "q"])
            let empty = try jobd.submit(["command": ["cat"], "queue": "q"])
            #expect(size(try jobd.sendInput(open, Array("early ".utf8))) == 6)
            #expect(size(try jobd.sendInput(closed, Array("all".utf8), query: "?close=1")) == 3)
            #expect(size(try jobd.sendInput(empty, [], query: "?close=1")) == 0)
            try jobd.killAndRestart()
            try jobd.putQueue("q", ["paused": false, "slots": 3])
            #expect(try jobd.finished(closed)["state"] as? String == "succeeded")
            #expect(try jobd.output(closed) == "all")
            try jobd.finished(empty)
            #expect(try jobd.output(empty) == "")
            try jobd.wrote("early ", open)
            #expect(size(try jobd.sendInput(open, Array("late".utf8), query: "?close=1")) == 10)
            try jobd.finished(open)
            #expect(try jobd.output(open) == "early late")
        }
    }

    @Test func inputThatWasGivenIsAllThereIs() throws {
        try DaemonFixture.with { jobd in
            let given = try jobd.submit(["command": "cat; echo end", "stdin": "given "])
            let empty = try jobd.submit(["command": "cat; echo end", "stdin": ""])
            try jobd.finished(given)
            try jobd.finished(empty)
            #expect(try jobd.output(given) == "given end\n")
            #expect(try jobd.output(empty) == "end\n")
            let running = try jobd.submitGated("never", ["stdin": ""])
            try jobd.wrote("ready", running)
            for query in ["", "?close=1"] {
                let (status, problem) = try jobd.sendInput(running, [65], query: query)
                expectProblem(status, problem, status: 409, code: "conflict")
            }
        }
    }

    @Test func anOffsetMakesRepetitionHarmless() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["cat"]])
            let text = Array("0123456789".utf8)
            func send(_ range: Range<Int>, at offset: Int, _ more: String = "") throws -> Int? {
                size(
                    try jobd.sendInput(id, Array(text[range]), query: "?offset=\(offset)\(more)"))
            }
            #expect(try send(0..<4, at: 0) == 4)
            #expect(try send(0..<4, at: 0) == 4)
            #expect(try send(2..<6, at: 2) == 6)
            #expect(try send(1..<3, at: 1) == 6)
            #expect(try send(6..<6, at: 6) == 6)
            // Something would be missing in between.
            let (gap, problem) = try jobd.sendInput(id, Array(text[8..<10]), query: "?offset=8")
            expectProblem(gap, problem, status: 409, code: "conflict")
            #expect(try send(6..<10, at: 6, "&close=1") == 10)
            // The answer to the last was lost; it is sent once more.
            let again = try jobd.sendInput(id, Array(text[6..<10]), query: "?offset=6&close=1")
            #expect(again.status == 200 || again.status == 409)
            try jobd.finished(id)
            #expect(try jobd.request("GET", "/jobs/\(id)/output").body == text)
        }
    }

    @Test func afterItsCloseNothingIsAdded() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "cat; while [ ! -e \(jobd.gate("go")) ]; do sleep 0.02; done"
            ])
            #expect(size(try jobd.sendInput(id, Array("all\n".utf8), query: "?close=1")) == 4)
            try jobd.wrote("all\n", id)
            let (status, problem) = try jobd.sendInput(id, [65])
            expectProblem(status, problem, status: 409, code: "conflict")
            // To close it again, or to repeat what is there, changes nothing.
            for (bytes, query) in [("", "?close=1"), ("all\n", "?offset=0&close=1")] {
                let (status, answer) = try jobd.sendInput(id, Array(bytes.utf8), query: query)
                #expect(status == 200)
                #expect(answer["size"] as? Int == 4 && answer["closed"] as? Bool == true)
            }
            try jobd.killAndRestart()
            let later = try jobd.sendInput(id, [65])
            expectProblem(later.status, later.object, status: 409, code: "conflict")
            jobd.open(gate: "go")
            try jobd.finished(id)
            let (finished, answer) = try jobd.sendInput(id, [65])
            expectProblem(finished, answer, status: 409, code: "conflict")
            #expect(try jobd.output(id) == "all\n")
        }
    }

    @Test func inputComesThroughTheDaemonsDeaths() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["cat"]])
            var sent = 0
            for round in 0..<4 {
                let text = "round \(round)\n"
                #expect(size(try jobd.sendInput(id, Array(text.utf8))) == sent + text.utf8.count)
                sent += text.utf8.count
                // At once, so that the next daemon has to pass it on.
                try jobd.killAndRestart()
                try jobd.wrote(text, id)
            }
            #expect(size(try jobd.sendInput(id, [], query: "?close=1")) == sent)
            try jobd.killAndRestart()
            try jobd.finished(id)
            #expect(try jobd.output(id) == (0..<4).map { "round \($0)\n" }.joined())
        }
    }

    @Test func aLargeInputArrivesWhole() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["sha256sum"]])
            var random = SeededGenerator()
            var bytes: [UInt8] = []
            bytes.reserveCapacity(6 << 20)
            for _ in 0..<(6 << 20) / 8 {
                withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) }
            }
            let file = "\(jobd.directory)/input"
            try Data(bytes).write(to: URL(fileURLWithPath: file))
            for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
                let piece = Array(bytes[start..<start + 1 << 20])
                let isLast = start + piece.count == bytes.count
                let answer = try jobd.sendInput(
                    id, piece, query: "?offset=\(start)\(isLast ? "&close=1" : "")")
                #expect(size(answer) == start + piece.count)
            }
            let expected = "\(jobd.directory)/expected"
            let sum = try ChildProcess(
                "/bin/sh", ["-c", "sha256sum < \(file)"], output: expected)
            #expect(sum.wait() == 0)
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.output(id) == String(contentsOfFile: expected, encoding: .utf8))
        }
    }

    /// The pipe is full and the command does not read: nobody is held up.
    @Test func aCommandThatDoesNotReadHoldsUpNobody() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command":
                    "while [ ! -e \(jobd.gate("go")) ]; do sleep 0.02; done; wc -c"
            ])
            for round in 1...3 {
                let answer = try jobd.sendInput(id, [UInt8](repeating: 65, count: 1 << 20))
                #expect(size(answer) == round << 20)
            }
            #expect(size(try jobd.sendInput(id, [], query: "?close=1")) == 3 << 20)
            jobd.open(gate: "go")
            try jobd.finished(id)
            #expect(
                try jobd.output(id).trimmingCharacters(in: .whitespacesAndNewlines)
                    == "\(3 << 20)")
        }
    }

    @Test func piecesThatAreSentAtOnceArriveWhole() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["cat"]])
            let size = 50_000
            let connections = try (0..<20).map { _ in try TestConnection(jobd.address) }
            for (index, connection) in connections.enumerated() {
                try connection.send(
                    "POST", "/jobs/\(id)/stdin", ["Content-Type": "application/octet-stream"],
                    body: [UInt8](repeating: UInt8(65 + index), count: size))
            }
            for connection in connections {
                let head = try connection.head()
                #expect(head.status == 200)
                _ = try connection.body(head)
            }
            let closed = try jobd.sendInput(id, [], query: "?close=1")
            #expect(closed.object["size"] as? Int == 20 * size)
            try jobd.finished(id)
            let output = try jobd.request("GET", "/jobs/\(id)/output").body
            #expect(output.count == 20 * size)
            let pieces = stride(from: 0, to: output.count, by: size).map {
                Set(output[$0..<min($0 + size, output.count)])
            }
            #expect(pieces.allSatisfy { $0.count == 1 })
            #expect(Set(pieces).count == 20)
        }
    }

    @Test func aTerminalGetsItsInputToo() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "read name; echo hello $name; cat; echo over", "tty": true,
            ])
            #expect(size(try jobd.sendInput(id, Array("world\n".utf8))) == 6)
            try jobd.wrote("hello world", id)
            #expect(try jobd.sendInput(id, Array("more\n".utf8), query: "?close=1").status == 200)
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.output(id).hasSuffix("over\r\n"))
        }
    }

    @Test func eachAttemptReadsTheInputFromItsBeginning() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "cat; [ $JOBD_ATTEMPT = 3 ]",
                "retry": ["max_attempts": 2, "backoff_seconds": 0],
            ])
            #expect(try jobd.sendInput(id, Array("once ".utf8)).status == 200)
            #expect(try jobd.sendInput(id, Array("only\n".utf8), query: "?close=1").status == 200)
            #expect(try jobd.finished(id)["attempt"] as? Int == 2)
            #expect(try jobd.send("POST", "/jobs/\(id)/retry").status == 200)
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            for attempt in 1...3 {
                #expect(try jobd.output(id, attempt: attempt) == "once only\n")
            }
        }
    }

    @Test func whatIsWrongWithInputIsSaid() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["cat"]])
            // What a form on another site's page could send.
            for type in [
                "application/x-www-form-urlencoded", "text/plain", "text/plain; charset=utf-8",
                "multipart/form-data; boundary=x",
            ] {
                let (status, problem) = try jobd.sendInput(id, [65], type: type)
                expectProblem(
                    status, problem, status: 415, code: "unsupported_media_type", type)
            }
            for (query, field) in [
                ("?offset=-1", "offset"), ("?offset=x", "offset"), ("?close=maybe", "close"),
            ] {
                let (status, problem) = try jobd.sendInput(id, [65], query: query)
                expectProblem(
                    status, problem, status: 400, code: "invalid_parameter", fields: [field])
            }
            let large = try jobd.sendInput(id, [UInt8](repeating: 65, count: (1 << 20) + 1))
            expectProblem(
                large.status, large.object, status: 413, code: "payload_too_large")
            let missing = try jobd.sendInput(4711, [65])
            expectProblem(missing.status, missing.object, status: 404, code: "job_not_found")
            // Nothing of it has reached the job.
            #expect(size(try jobd.sendInput(id, [], query: "?close=1")) == 0)
            try jobd.finished(id)
            #expect(try jobd.output(id) == "")
            let queued = try jobd.submit([
                "command": ["cat"], "not_before": "2999-01-01T00:00:00Z",
            ])
            #expect(try jobd.sendInput(queued, [65]).status == 200)
            _ = try jobd.send("POST", "/jobs/\(queued)/cancel")
            let cancelled = try jobd.sendInput(queued, [65])
            expectProblem(cancelled.status, cancelled.object, status: 409, code: "conflict")
        }
    }
}
