import JobAPI
import JobModel
import JobTestSupport
import Testing

/// Definitions as a configuration has them, and requests that start one.
@Suite struct DefinitionReadingTests {
    private func read(_ json: String) throws(JobError) -> [Definition] {
        try Definition.all(json: Array(json.utf8))
    }

    private func refused(_ json: String) throws -> [String] {
        try #require(throws: JobError.self, "\(json)") { try read(json) }.fields.map(\.field)
    }

    private static let transcode = #"""
        {"transcode": {
          "description": "Make an MP4 of a video",
          "command": ["ffmpeg", "-i", "{input}", "-crf", "{quality}", "{verbose}", "/out/{name}.mp4"],
          "parameters": {
            "input": {"type": "path", "root": "/srv/videos", "description": "A video"},
            "quality": {"type": "integer", "range": [0, 51], "default": 23},
            "name": {"pattern": "[a-z0-9-]{1,40}"},
            "preset": {"choices": ["fast", "slow"], "default": "fast"},
            "verbose": {"type": "boolean", "when_true": ["-v"]},
            "key": {"secret": true, "max_length": 9}
          },
          "env": {"PRESET": "{preset}"}, "secret_env": {"API_KEY": "{key}"},
          "cwd": "/srv", "queue": "video", "priority": 3, "name": "transcode {name}",
          "timeout_seconds": 60, "retry": {"max_attempts": 2}, "labels": {"app": "shop"}
        }}
        """#

    @Test func wholeDefinition() throws {
        let definition = try #require(try read(Self.transcode).first)
        #expect(definition.name == "transcode")
        #expect(definition.spec.queue == "video" && definition.spec.priority == 3)
        #expect(definition.spec.timeout == 60_000_000)
        #expect(
            definition.parameters.map(\.name)
                == ["input", "quality", "verbose", "name", "preset", "key"])
        #expect(definition.parameters[0].kind == .path(root: "/srv/videos"))
        #expect(definition.parameters[1].kind == .integer(0...51))
        #expect(definition.parameters[2].whenGiven == ["-v"])
        #expect(definition.parameters[5].isSecret)
    }

    @Test func isWrittenForThoseWhoMayKnow() throws {
        let definition = try #require(try read(Self.transcode).first)
        func json(_ isShown: Bool) -> String {
            var writer = JSONWriter()
            writer.value(definition, command: isShown)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
        let open = json(false)
        #expect(
            open.hasPrefix(
                #"{"name":"transcode","description":"Make an MP4 of a video","parameters":["#
                    + #"{"name":"input","type":"path","description":"A video","required":true,"#
                    + #""secret":false,"default":null,"choices":null},"#
                    + #"{"name":"quality","type":"integer","description":null,"required":false,"#
                    + #""secret":false,"default":23,"choices":null,"range":[0,51]},"#), "\(open)")
        #expect(open.contains(#""pattern":"[a-z0-9-]{1,40}","min_length":0,"max_length":4096"#))
        #expect(open.contains(#""choices":["fast","slow"]"#))
        #expect(!open.contains("ffmpeg") && !open.contains("/srv"))
        #expect(json(true).contains(#""command":["ffmpeg","-i","{input}""#))
        #expect(json(true).contains(#""root":"/srv/videos""#))
    }

    @Test(
        arguments: [
            (#"{"a": null}"#, ["a"]), (#"{"a": []}"#, ["a"]), (#"{"a": {}}"#, ["a.command"]),
            (#"{"a b": {"command": ["x"]}}"#, ["a b"]), (#"{"-a": {"command": ["x"]}}"#, ["-a"]),
            (#"{"a": {"command": "x {b}"}}"#, ["a.command"]),
            (#"{"a": {"command": ["x"], "comand": 1}}"#, ["a.comand"]),
            (#"{"a": {"command": ["x"], "definition": "b"}}"#, ["a.definition"]),
            (
                #"{"a": {"command": ["x"], "after": [1], "not_before": "2099-01-01T00:00:00Z"}}"#,
                ["a.not_before", "a.after"]
            ),
            (#"{"a": {"command": ["x"], "stdin": "", "accepts_stdin": true}}"#, ["a.stdin"]),
            (
                #"{"a": {"command": ["x"]}, "b": {"command": ["{c}"]}}"#,
                ["b.command[0]", "b.command[0]"]
            ),
            (#"{"a": {"command": ["x"], "timeout_seconds": -1}}"#, ["a.timeout_seconds"]),
            (#"{"a": {"command": ["x"], "retry": {"max": 1}}}"#, ["a.retry.max"]),
        ] as [(String, [String])])
    func isRefused(_ json: String, _ fields: [String]) throws {
        #expect(try refused(json) == fields, "\(json)")
    }

    @Test(
        arguments: [
            (#""x""#, [""]), (#"{"type": "text"}"#, [".type"]), (#"{"typ": "string"}"#, [".typ"]),
            (#"{"type": "path"}"#, [".root"]), (#"{"root": "/srv"}"#, [".root"]),
            (#"{"type": "path", "root": "srv"}"#, [".root"]),
            (#"{"type": "integer", "range": [5, 1]}"#, [".range"]),
            (#"{"type": "integer", "range": [1]}"#, [".range"]),
            (#"{"type": "integer", "range": [0, 1.5]}"#, [".range"]),
            (#"{"type": "number", "range": ["a", "b"]}"#, [".range"]),
            (#"{"range": [1, 2]}"#, [".range"]),
            (#"{"pattern": "("}"#, [".pattern"]),
            (#"{"type": "integer", "pattern": "a"}"#, [".pattern"]),
            (#"{"min_length": 5, "max_length": 4}"#, [".min_length"]),
            (#"{"choices": []}"#, [".choices"]), (#"{"choices": [[]]}"#, [".choices[0]"]),
            (#"{"type": "boolean", "choices": [true]}"#, [".choices"]),
            (#"{"default": []}"#, [".default"]),
            (#"{"default": "x", "required": true}"#, [".required"]),
            (#"{"type": "integer", "secret": true}"#, [".secret"]),
            (#"{"when_true": ["x"]}"#, [".when_true"]),
            (#"{"type": "boolean", "when_true": "-v"}"#, [".when_true"]),
        ] as [(String, [String])])
    func parametersAreRefused(_ parameter: String, _ fields: [String]) throws {
        let json = #"{"a": {"command": ["x", "{p}"], "parameters": {"p": \#(parameter)}}}"#
        #expect(try refused(json) == fields.map { "a.parameters.p\($0)" }, "\(parameter)")
    }

    // MARK: Starting one

    private func offer(
        _ role: Role = .submit, _ names: Set<String>? = nil
    ) throws -> Offer {
        Offer(
            of: try read(Self.transcode)
                + read(#"{"cat": {"command": ["cat"], "accepts_stdin": true}}"#),
            to: Principal(.token("t"), role, definitions: names)
        ) { path, _ in .inside(path) }
    }

    private func job(_ json: String, of offer: Offer) throws(JobError) -> JobSpec {
        try JobSpec(json: Array(json.utf8), of: offer)
    }

    @Test func aDefinitionIsStarted() throws {
        let job = try job(
            #"""
            {"definition": "transcode", "labels": {"user": "7"}, "after": [3],
             "parameters": {"input": "a.mkv", "quality": 20, "name": "x-1", "verbose": true,
                            "preset": null, "key": "hush"}}
            """#, of: offer())
        #expect(
            job.command
                == .arguments([
                    "ffmpeg", "-i", "/srv/videos/a.mkv", "-crf", "20", "-v", "/out/x-1.mp4",
                ]))
        #expect(job.name == "transcode x-1" && job.queue == "video" && job.cwd == "/srv")
        #expect(job.labels == ["app": "shop", "user": "7"])
        #expect(job.environment == ["PRESET": "fast"])
        #expect(job.secretEnvironment == ["API_KEY": .value("hush")])
        #expect(job.after == [JobID(rawValue: 3)])
        #expect(job.definition?.parameters["quality"] == .integer(20))
        #expect(job.definition?.parameters["preset"] == .text("fast"))
        #expect(job.definition?.parameters["key"] == nil)
        #expect(try self.job(#"{"definition": "cat", "stdin": "x"}"#, of: offer()).stdin == "x")
    }

    @Test(
        arguments: [
            (
                #"{"definition": "cat", "command": ["sh"], "env": {}, "queue": "q", "lables": {}}"#,
                ["command", "env", "lables", "queue"]
            ),
            (#"{"definition": "nothing"}"#, ["definition"]),
            (#"{"definition": null}"#, ["definition"]), (#"{"definition": 1}"#, ["definition"]),
            (#"{"definition": "cat", "parameters": []}"#, ["parameters"]),
            (#"{"definition": "cat", "parameters": {"x": 1}}"#, ["parameters.x"]),
            (#"{"definition": "cat", "parameters": {"x": {}}}"#, ["parameters.x"]),
            (#"{"definition": "cat", "name": "a\nb"}"#, ["name"]),
            (#"{"definition": "cat", "after": ["sibling"]}"#, ["after"]),
            (#"{"command": ["true"], "parameters": {}}"#, ["parameters"]),
        ] as [(String, [String])])
    func requestsAreRefused(_ json: String, _ fields: [String]) throws {
        let error = try #require(throws: JobError.self, "\(json)") { try job(json, of: offer()) }
        #expect(error.code == .invalidSpec)
        #expect(error.fields.map(\.field) == fields, "\(json)")
    }

    @Test func batchesMayHaveBoth() throws {
        let json = #"""
            {"jobs": [{"definition": "cat", "name": "first"},
                      {"command": ["true"], "after": ["first"]}]}
            """#
        let batch = try BatchRequest(json: Array(json.utf8), of: offer())
        #expect(batch.entries.map(\.siblings) == [[], [0]])
        let limited = try offer(.submit, ["cat"])
        let refusal = #expect(throws: JobError.self) {
            try BatchRequest(json: Array(json.utf8), of: limited)
        }
        #expect(refusal?.code == .forbidden)
        let wrong = #"{"jobs": [{"definition": "cat"}, {"definition": "transcode"}]}"#
        let error = #expect(throws: JobError.self) {
            try BatchRequest(json: Array(wrong.utf8), of: limited)
        }
        #expect(error?.fields.map(\.field) == ["jobs[1].definition"])
    }
}
