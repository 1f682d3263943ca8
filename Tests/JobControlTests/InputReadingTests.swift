import Glibc
import JobClient
import Testing

@testable import JobControl

/// What is piped in, on its way to a job.
@Suite struct InputReadingTests {
    /// A pipe, of which a test closes the writing end.
    private final class Pipe {
        let reading: Int32
        private(set) var writing: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            reading = ends[0]
            writing = ends[1]
        }

        func put(_ text: String) {
            _ = text.withCString { Glibc.write(writing, $0, strlen($0)) }
        }

        func end() {
            if writing >= 0 { close(writing) }
            writing = -1
        }

        deinit {
            end()
            close(reading)
        }
    }

    @Test func partsAndEnd() async throws {
        let pipe = try Pipe()
        let reader = try DescriptorReader(pipe.reading)
        pipe.put("ab")
        pipe.put("c")
        // What is there already comes along.
        #expect(try await reader.read() == Array("abc".utf8))
        pipe.put("d")
        pipe.end()
        #expect(try await reader.read() == Array("d".utf8))
        #expect(try await reader.read() == [])
        #expect(try await reader.read() == [])
    }

    @Test func aWaitIsLeftWhenItIsCancelled() async throws {
        let pipe = try Pipe()
        let reader = try DescriptorReader(pipe.reading)
        let task = Task { try await reader.read() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func silenceIsTold() async throws {
        let pipe = try Pipe()
        let reader = try DescriptorReader(pipe.reading)
        // Only being told makes anything come.
        let writing = pipe.writing
        let bytes = try await reader.read(patience: 1) { _ = Glibc.write(writing, "x", 1) }
        #expect(bytes == Array("x".utf8))
    }

    @Test func startIsWholeOrNot() async throws {
        for (text, limit, isWhole, expected) in [
            ("abc", 4, true, "abc"), ("", 4, true, ""), ("abcd", 4, false, nil),
        ] as [(String, Int, Bool, String?)] {
            let pipe = try Pipe()
            pipe.put(text)
            pipe.end()
            let start = try await StandardInput.start(
                try DescriptorReader(pipe.reading), limit: limit)
            #expect(start.isWhole == isWhole)
            #expect(start.text == expected)
            #expect(start.bytes == Array(text.utf8))
        }
        #expect(StandardInput.Start(bytes: [0xFF], isWhole: true).text == nil)
    }

    /// What is there is taken; the rest is not waited for.
    @Test(arguments: ["", "ab"]) func aPipeThatStaysOpenIsNotWaitedFor(text: String) async throws {
        let pipe = try Pipe()
        pipe.put(text)
        let start = try await StandardInput.start(try DescriptorReader(pipe.reading), limit: 4)
        #expect(!start.isWhole)
        #expect(start.bytes == Array(text.utf8))
    }

    @Test func allOfItIsSent() async throws {
        try await ScriptedDaemon.withClient { _ in
            .ok(#"{"size":0,"closed":false}"#)
        } _: { client, daemon in
            let pipe = try Pipe()
            pipe.put("world")
            pipe.end()
            let parts = InputParts(
                start: Array("hello ".utf8), reader: try DescriptorReader(pipe.reading))
            try await InputSending(client: client, id: 7, parts: parts) { Issue.record("\($0)") }
                .run()
            #expect(
                daemon.lines == [
                    "POST /jobs/7/stdin?offset=0 hello ", "POST /jobs/7/stdin?offset=6 world",
                    "POST /jobs/7/stdin?offset=11&close=1",
                ])
        }
    }

    @Test(arguments: [("succeeded", false), ("running", true)])
    func aJobThatTakesNoMoreEndsIt(_ state: String, _ isTold: Bool) async throws {
        try await ScriptedDaemon.withClient { request in
            request.method == "GET"
                ? .ok(Samples.document(7, state: state))
                : .problem(409, "It is closed.", code: "conflict")
        } _: { client, daemon in
            let pipe = try Pipe()
            pipe.put("a")
            let told = Mark()
            let parts = InputParts(start: [], reader: try DescriptorReader(pipe.reading))
            try await InputSending(client: client, id: 7, parts: parts) { text in
                #expect(text.contains("It is closed."))
                told.set()
            }.run()
            #expect(told.isSet == isTold)
        }
    }
}
