import JobAPI
import JobModel
import Testing

/// What a cancel may ask for.
@Suite struct CancelRequestTests {
    @Test(
        arguments: [
            ("", nil, nil),
            ("{}", nil, nil),
            (#"{"signal":null,"grace_seconds":null}"#, nil, nil),
            (#"{"signal":"TERM"}"#, 15, nil),
            (#"{"signal":"SIGINT","grace_seconds":2.5}"#, 2, 2_500_000),
            (#"{"signal":"kill","grace_seconds":0}"#, 9, 0),
            (#"{"signal":1}"#, 1, nil),
            (#"{"signal":64}"#, 64, nil),
        ] as [(String, Int32?, Int64?)])
    func isRead(json: String, signal: Int32?, grace: Int64?) throws {
        let request = try CancelRequest(json: Array(json.utf8))
        #expect(request.signal == signal)
        #expect(request.grace == grace)
    }

    @Test(
        arguments: [
            (#"{"signal":"NOPE"}"#, ["signal"]),
            (#"{"signal":""}"#, ["signal"]),
            (#"{"signal":"SIG"}"#, ["signal"]),
            (#"{"signal":0}"#, ["signal"]),
            (#"{"signal":65}"#, ["signal"]),
            (#"{"signal":-9}"#, ["signal"]),
            (#"{"signal":9.5}"#, ["signal"]),
            (#"{"signal":["TERM"]}"#, ["signal"]),
            (#"{"grace_seconds":"2"}"#, ["grace_seconds"]),
            (#"{"grace_seconds":-1}"#, ["grace_seconds"]),
            (#"{"grace_seconds":1e9}"#, ["grace_seconds"]),
            (#"{"grace":2}"#, ["grace"]),
            (#"{"signal":"X","grace_seconds":-1,"why":1}"#, ["signal", "grace_seconds", "why"]),
        ] as [(String, [String])])
    func isRefused(json: String, fields: [String]) throws {
        let error = try #require(throws: JobError.self) {
            try CancelRequest(json: Array(json.utf8))
        }
        #expect(error.code == .invalidSpec)
        #expect(error.fields.map(\.field) == fields)
    }

    @Test(arguments: [" ", "[]", "\"TERM\"", "TERM", "null"])
    func whatIsNoObjectIsMalformed(text: String) throws {
        let error = try #require(throws: JobError.self) {
            try CancelRequest(json: Array(text.utf8))
        }
        #expect(error.code == .malformedRequest)
    }
}
