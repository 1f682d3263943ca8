import JobAPI
import JobModel
import Testing

/// Submissions that are refused: which fields, all of them at once.
@Suite struct SpecRefusalTests {
    private func refusal(_ json: [UInt8]) throws -> JobError {
        try #require(
            throws: JobError.self, "\(String(decoding: json.prefix(100), as: UTF8.self))"
        ) {
            try JobSpec(json: json)
        }
    }

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let refused: [(json: String, fields: [String])] = [
        // The command
        (#"{}"#, ["command"]),
        (#"{"command":null}"#, ["command"]),
        (#"{"command":[]}"#, ["command"]),
        (#"{"command":[""]}"#, ["command"]),
        (#"{"command":["","a"]}"#, ["command"]),
        (#"{"command":""}"#, ["command"]),
        (#"{"command":" \t\n "}"#, ["command"]),
        (#"{"command":5}"#, ["command"]),
        (#"{"command":true}"#, ["command"]),
        (#"{"command":{"a":"b"}}"#, ["command"]),
        (#"{"command":["a",5,"b",null]}"#, ["command[1]", "command[3]"]),
        (#"{"command":["a",["b"]]}"#, ["command[1]"]),
        (#"{"command":["a","b\u0000c"]}"#, ["command[1]"]),
        (#"{"command":"a\u0000b"}"#, ["command"]),
        (#"{"command":"\#(long(131_072))"}"#, ["command"]),
        (#"{"command":["a","\#(long(131_072))"]}"#, ["command[1]"]),
        // Texts
        (#"{"command":"a","name":5}"#, ["name"]),
        (#"{"command":"a","name":""}"#, ["name"]),
        (#"{"command":"a","name":"x\ny"}"#, ["name"]),
        (#"{"command":"a","name":"x\u0000y"}"#, ["name"]),
        (#"{"command":"a","name":"\#(long(256))"}"#, ["name"]),
        (#"{"command":"a","queue":["q"]}"#, ["queue"]),
        (#"{"command":"a","queue":"\#(long(65))"}"#, ["queue"]),
        (#"{"command":"a","cwd":""}"#, ["cwd"]),
        (#"{"command":"a","cwd":"relative/path"}"#, ["cwd"]),
        (#"{"command":"a","cwd":"~"}"#, ["cwd"]),
        (#"{"command":"a","cwd":false}"#, ["cwd"]),
        (#"{"command":"a","cwd":"/\u0000"}"#, ["cwd"]),
        (#"{"command":"a","cwd":"/\#(long(4095))"}"#, ["cwd"]),
        (#"{"command":"a","stdin":["x"]}"#, ["stdin"]),
        // Maps
        (#"{"command":"a","labels":[]}"#, ["labels"]),
        (#"{"command":"a","labels":"a=b"}"#, ["labels"]),
        (#"{"command":"a","labels":{"x":1,"y":"b"}}"#, ["labels.x"]),
        (#"{"command":"a","labels":{"x":null}}"#, ["labels.x"]),
        (#"{"command":"a","labels":{"":"b"}}"#, ["labels"]),
        (#"{"command":"a","labels":{"a=b":"c"}}"#, ["labels"]),
        (#"{"command":"a","labels":{"x":"\u0000"}}"#, ["labels.x"]),
        (#"{"command":"a","labels":{"\#(long(64))":"c"}}"#, ["labels"]),
        (#"{"command":"a","labels":{"x":"\#(long(256))"}}"#, ["labels.x"]),
        (#"{"command":"a","env":"A=b"}"#, ["env"]),
        (#"{"command":"a","env":{"A":1}}"#, ["env.A"]),
        (#"{"command":"a","env":{"A":"b\u0000"}}"#, ["env.A"]),
        (#"{"command":"a","env":{"":"b"}}"#, ["env"]),
        (#"{"command":"a","env":{"A=B":"c"}}"#, ["env"]),
        (#"{"command":"a","env":{"A\u0000":"c"}}"#, ["env"]),
        (#"{"command":"a","env":{"JOBD_JOB_ID":"9"}}"#, ["env.JOBD_JOB_ID"]),
        (#"{"command":"a","env":{"JOBD_ATTEMPT":"9"}}"#, ["env.JOBD_ATTEMPT"]),
        (#"{"command":"a","env":{"JOBD_PROGRESS":"/x"}}"#, ["env.JOBD_PROGRESS"]),
        // Flags and numbers
        (#"{"command":"a","tty":"yes"}"#, ["tty"]),
        (#"{"command":"a","tty":1}"#, ["tty"]),
        (#"{"command":"a","watch_files":"yes"}"#, ["watch_files"]),
        (#"{"command":"a","watch_files":0}"#, ["watch_files"]),
        (#"{"command":"a","watch-files":true}"#, ["watch-files"]),
        (#"{"command":"a","timeout_seconds":"60"}"#, ["timeout_seconds"]),
        (#"{"command":"a","timeout_seconds":true}"#, ["timeout_seconds"]),
        (#"{"command":"a","timeout_seconds":0}"#, ["timeout_seconds"]),
        (#"{"command":"a","timeout_seconds":-1}"#, ["timeout_seconds"]),
        (#"{"command":"a","timeout_seconds":1e300}"#, ["timeout_seconds"]),
        (#"{"command":"a","timeout_seconds":9223372036854775807}"#, ["timeout_seconds"]),
        (#"{"command":"a","timeout_seconds":99999999999999999999999}"#, ["timeout_seconds"]),
        (#"{"command":"a","kill_grace_seconds":-0.5}"#, ["kill_grace_seconds"]),
        (#"{"command":"a","kill_grace_seconds":86401}"#, ["kill_grace_seconds"]),
        (#"{"command":"a","kill_grace_seconds":{}}"#, ["kill_grace_seconds"]),
        (#"{"command":"a","output_limit_bytes":-1}"#, ["output_limit_bytes"]),
        (#"{"command":"a","output_limit_bytes":1.5}"#, ["output_limit_bytes"]),
        (#"{"command":"a","output_limit_bytes":"64M"}"#, ["output_limit_bytes"]),
        (#"{"command":"a","output_limit_bytes":9223372036854775808}"#, ["output_limit_bytes"]),
        // Fields nobody knows
        (#"{"command":"a","timeout":5}"#, ["timeout"]),
        (#"{"command":"a","Command":"b"}"#, ["Command"]),
        (#"{"command":"a","Priority":1}"#, ["Priority"]),
        (#"{"command":"a","retries":3}"#, ["retries"]),
        (#"{"command":"a","idempotency_key":null}"#, ["idempotency_key"]),
        (#"{"command":"a","":1}"#, [""]),
    ]

    @Test(arguments: refused)
    func namesTheField(json: String, fields: [String]) throws {
        let error = try refusal(Array(json.utf8))
        #expect(error.code == .invalidSpec)
        #expect(error.fields.map(\.field) == fields)
        #expect(error.fields.allSatisfy { !$0.message.isEmpty })
    }

    @Test func saysEverythingAtOnce() throws {
        let error = try refusal(
            Array(
                #"""
                {"comand": "x", "name": 1, "queue": 2, "labels": {"a": 1, "b": 2}, "cwd": "x",
                 "env": {"A": 1, "B=": ""}, "stdin": 3, "tty": 4, "watch_files": [], "timeout_seconds": "5",
                 "kill_grace_seconds": -6, "output_limit_bytes": 7.5, "zzz": 8}
                """#.utf8))
        #expect(
            error.fields.map(\.field) == [
                "command", "name", "queue", "labels.a", "labels.b", "cwd", "env.A", "env",
                "stdin", "tty", "watch_files", "timeout_seconds", "kill_grace_seconds",
                "output_limit_bytes", "comand", "zzz",
            ])
        for field in error.fields { #expect(error.message.contains(field.field)) }
    }

    @Test(arguments: [
        "", " ", "null", "5", "true", "\"command\"", "[]", "[{\"command\":\"a\"}]", "{",
        "{\"command\":", "{\"command\":\"a\"", "{\"command\":\"a\"}}", "{\"command\":\"a\"} x",
        "{\"command\":\"a\",}", "{command:\"a\"}", "{'command':'a'}", "{\"command\":\"a\" //x\n}",
        "{\"command\":\"\\ud800\"}", "{\"command\":\"\\x\"}", "{\"command\":\"a\nb\"}",
        "{\"command\":01}", "{\"command\":NaN}", "{\"command\":Infinity}", "command=a",
        "--x\r\nContent-Disposition: form-data\r\n", "\u{feff}", "\u{0}",
    ])
    func whatIsNotOneObjectIsMalformed(text: String) throws {
        let error = try refusal(Array(text.utf8))
        #expect(error.code == .malformedRequest, "\(text.debugDescription)")
        #expect(error.fields.isEmpty)
    }

    private static func object(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"command":"a"#.utf8) + bytes + Array(#""}"#.utf8)
    }

    private static func utf16(_ bigEndian: Bool) -> [UInt8] {
        #"{"command":"a"}"#.utf16.flatMap { unit -> [UInt8] in
            let halves = [UInt8(unit >> 8), UInt8(unit & 0xff)]
            return bigEndian ? halves : halves.reversed()
        }
    }

    static let notUTF8: [[UInt8]] = [
        object([0xff]), object([0xc3]), object([0xed, 0xa0, 0x80]), object([0xc0, 0xaf]),
        [0xff, 0xfe] + utf16(false), utf16(false), utf16(true),
    ]

    /// RFC 8259 §8.1: UTF-8, nothing else.
    @Test(arguments: notUTF8)
    func whatIsNotUTF8IsMalformed(bytes: [UInt8]) throws {
        #expect(try refusal(bytes).code == .malformedRequest)
    }

    /// A number beyond every type is refused, one way or the other.
    @Test(arguments: ["1e400", "-1e400", "1\(long(0))e99999"])
    func aNumberBeyondAllTypesIsRefused(number: String) throws {
        let error = try refusal(
            Array(#"{"command":"a","timeout_seconds":\#(number)}"#.utf8))
        #expect([.malformedRequest, .invalidSpec].contains(error.code))
    }

    @Test func aNumberOfAThousandDigitsIsRefused() throws {
        let digits = String(repeating: "9", count: 1000)
        let json = #"{"command":"a","output_limit_bytes":\#(digits)}"#
        #expect([.malformedRequest, .invalidSpec].contains(try refusal(Array(json.utf8)).code))
    }

    /// Nesting that would exhaust a recursive reader's stack.
    @Test(arguments: ["[", "{\"a\":", "{\"command\":[", "[[{\"x\":"])
    func aNestingBombIsRefused(piece: String) throws {
        let bomb = String(repeating: piece, count: 100_000)
        #expect(try refusal(Array(bomb.utf8)).code == .malformedRequest)
    }

    @Test(arguments: ["command", "labels", "env", "unknown"])
    func aClosedNestingBombIsRefused(field: String) throws {
        let depth = 100_000
        let bomb = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        _ = try refusal(Array(#"{"command":"a","\#(field)":\#(bomb)}"#.utf8))
        // As deep as the reader goes at all, whatever that is.
        for depth in [100, 400, 500, 510, 520, 600, 1000] {
            let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            _ = try refusal(Array(#"{"command":7,"\#(field)":\#(nest)}"#.utf8))
        }
    }
}
