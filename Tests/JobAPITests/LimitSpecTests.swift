import JobAPI
import JobModel
import Testing

/// `limits` and `run_as` in submissions and in what is shown.
@Suite struct LimitSpecTests {
    @Test func limitsAreTakenAndShown() throws {
        let spec = try JobSpec(
            json: Array(
                #"""
                {"command":"a","limits":{"memory_bytes":1048576,"cpu_seconds":5,"open_files":8,
                "processes":1,"nice":-20,"io":"idle"},"run_as":"media:video"}
                """#.utf8))
        #expect(
            spec.limits
                == ResourceLimits(
                    memoryBytes: 1 << 20, cpuSeconds: 5, openFiles: 8, processes: 1, nice: -20,
                    io: .idle))
        #expect(spec.runAs == RunAs(user: "media", group: "video"))
        let text = Self.text(spec)
        #expect(
            text.contains(
                #""limits":{"memory_bytes":1048576,"cpu_seconds":5,"open_files":8,"#
                    + #""processes":1,"nice":-20,"io":"idle"},"#
                    + #""run_as":{"user":"media","group":"video"}"#))
    }

    @Test func nothingIsLimitedByItself() throws {
        for json in [#"{"command":"a"}"#, #"{"command":"a","limits":{},"run_as":null}"#] {
            let spec = try JobSpec(json: Array(json.utf8))
            #expect(spec.limits.isEmpty && spec.runAs == nil)
            #expect(Self.text(spec).contains(#""limits":{},"run_as":null"#))
        }
    }

    @Test(arguments: [
        (#""media""#, RunAs(user: "media")), (#"{"user":"media"}"#, RunAs(user: "media")),
        (#"{"user":"a","group":"b"}"#, RunAs(user: "a", group: "b")),
    ])
    func aUserIsNamedInThreeWays(json: String, expected: RunAs) throws {
        let spec = try JobSpec(json: Array(#"{"command":"a","run_as":\#(json)}"#.utf8))
        #expect(spec.runAs == expected)
    }

    @Test(arguments: [
        (#""limits":5"#, ["limits"]), (#""limits":{"memory":5}"#, ["limits.memory"]),
        (#""limits":{"memory_bytes":1000}"#, ["limits.memory_bytes"]),
        (
            #""limits":{"cpu_seconds":0,"open_files":1}"#,
            ["limits.cpu_seconds", "limits.open_files"]
        ),
        (#""limits":{"cpu_seconds":1.5}"#, ["limits.cpu_seconds"]),
        (#""limits":{"processes":0}"#, ["limits.processes"]),
        (#""limits":{"nice":20}"#, ["limits.nice"]), (#""limits":{"nice":-21}"#, ["limits.nice"]),
        (#""limits":{"io":"fast"}"#, ["limits.io"]),
        (#""run_as":"""#, ["run_as"]), (#""run_as":"a:b:c""#, ["run_as"]),
        (#""run_as":"a:""#, ["run_as"]), (#""run_as":":b""#, ["run_as"]),
        (#""run_as":7"#, ["run_as"]), (#""run_as":{}"#, ["run_as.user"]),
        (#""run_as":{"user":"","group":""}"#, ["run_as.user", "run_as.group"]),
        (#""run_as":{"user":"a","uid":0}"#, ["run_as.uid"]),
    ])
    func isRefused(member: String, fields: [String]) throws {
        let error = try #require(throws: JobError.self) {
            try JobSpec(json: Array(#"{"command":"a",\#(member)}"#.utf8))
        }
        #expect(error.code == .invalidSpec && error.fields.map(\.field) == fields)
    }

    private static func text(_ spec: JobSpec) -> String {
        var json = JSONWriter()
        json.value(
            Job(
                id: JobID(rawValue: 1), spec: spec, state: .queued, attempt: 0,
                createdAt: Timestamp(microseconds: 0), cursor: EventID(rawValue: 1)))
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
