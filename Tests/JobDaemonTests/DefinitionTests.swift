import Foundation
import Glibc
import JobTestSupport
import Testing

/// Commands that are offered by name, from the configuration to the argv.
@Suite(.serialized) struct DefinitionTests {
    /// Prints its arguments, each with its length, and what its environment says.
    private static let script = """
        #!/bin/sh
        for argument; do printf '%s<%s>\\n' "${#argument}" "$argument"; done
        printf 'PRESET=%s KEY=%s\\n' "$PRESET" "${KEY:+there}"
        """

    private static func configuration(_ directory: String) -> String {
        """
        definitions:
          show:
            description: Print what it was given
            command: ["\(directory)/show", "{text}", "--level={level}", "{file}", "{verbose}"]
            parameters:
              text: {allow_control_characters: true}
              level: {type: integer, range: [0, 9], default: 3}
              file: {type: path, root: "\(directory)/files", required: false}
              verbose: {type: boolean, when_true: ["-v"]}
              preset: {choices: [fast, slow], default: fast}
            env: {PRESET: "{preset}"}
            labels: {app: shop}
            name: "show {text}"
          echo:
            command: [cat]
            accepts_stdin: true
        """
    }

    /// A daemon with these definitions, its script and a directory of files.
    private func withDaemon(_ body: (DaemonFixture, _ config: String) throws -> Void) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        _ = try jobd.file("show", Self.script, isProgram: true)
        try FileManager.default.createDirectory(
            atPath: "\(jobd.directory)/files", withIntermediateDirectories: true)
        let config = try jobd.file("jobd.yaml", Self.configuration(jobd.directory))
        jobd.arguments = ["--config", config]
        try jobd.start()
        try body(jobd, config)
    }

    private func start(
        _ jobd: DaemonFixture, _ parameters: [String: Any], definition: String = "show"
    ) throws -> Int {
        try jobd.submit(["definition": definition, "parameters": parameters])
    }

    private func expectRefusal(
        _ jobd: DaemonFixture, _ parameters: [String: Any], _ fields: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try jobd.expectRefusal(
            "POST", "/jobs", ["definition": "show", "parameters": parameters], status: 422,
            code: "invalid_spec", fields: fields.map { "parameters.\($0)" },
            sourceLocation: sourceLocation)
    }

    @Test func parametersReachTheCommandAsTheyAre() throws {
        try withDaemon { jobd, _ in
            for text in [
                "; touch pwned", "$(touch pwned)", "`touch pwned`", "' \"", "a\nb", "{level}",
                "%s %n",
                "\\n", "*", "ü🤖", " -v", "| cat", "&& exit 3",
            ] {
                let id = try start(jobd, ["text": text])
                let job = try jobd.finished(id)
                #expect(job["state"] as? String == "succeeded", "\(text)")
                // dash counts bytes.
                #expect(
                    try jobd.output(id)
                        == "\(text.utf8.count)<\(text)>\n9<--level=3>\n" + "PRESET=fast KEY=\n",
                    "\(text)")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(jobd.directory)/pwned"))
            for text in ["--help", "-v", "-", ""] {
                try expectRefusal(jobd, ["text": text], ["text"])
            }
            try expectRefusal(jobd, ["text": "a\0b"], ["text"])
            try expectRefusal(
                jobd, ["level": "3", "verbose": 1, "preset": "other", "nothing": 1],
                ["text", "level", "verbose", "preset", "nothing"])
            let id = try start(
                jobd, ["text": "t", "level": 9, "verbose": true, "preset": "slow"])
            let job = try jobd.finished(id)
            #expect(try jobd.output(id) == "1<t>\n9<--level=9>\n2<-v>\nPRESET=slow KEY=\n")
            #expect(job["definition"] as? String == "show")
            #expect(job["name"] as? String == "show t")
            let parameters = job["parameters"] as? [String: Any]
            #expect(parameters?["level"] as? Int == 9 && parameters?["verbose"] as? Bool == true)
            #expect(parameters?["preset"] as? String == "slow" && parameters?.count == 4)
            try jobd.killAndRestart()
            #expect((try jobd.job(id)["parameters"] as? [String: Any])?["level"] as? Int == 9)
        }
    }

    @Test func pathsDoNotLeadOut() throws {
        try withDaemon { jobd, _ in
            let files = "\(jobd.directory)/files"
            let outside = try jobd.file("outside", "secret")
            _ = try jobd.file("files/inside", "text")
            for (link, target) in [
                ("away", outside), ("up", ".."), ("dangling", "\(jobd.directory)/new"),
                ("near", "inside"), ("loop", "loop"), ("root", "/"),
            ] {
                #expect(symlink(target, "\(files)/\(link)") == 0)
            }
            let escapes = [
                "../outside", "away", "up/outside", "dangling", "/etc/passwd", "root/etc/passwd",
                outside, "x/../../outside", "loop", "..", "../files2", "near/../../outside",
                // To Swift, but not to the kernel, these are no slashes.
                "..\u{2F}\u{301}x", "up\u{2F}\u{301}x", "inside\0", "",
            ]
            for path in escapes { try expectRefusal(jobd, ["text": "t", "file": path], ["file"]) }
            for (path, real) in [
                ("inside", "inside"), ("near", "inside"), ("\(files)/inside", "inside"),
                ("new/file", "new/file"), ("./x/../inside", "inside"), ("-v", "-v"),
            ] {
                let id = try start(jobd, ["text": "t", "file": path])
                try jobd.finished(id)
                #expect(try jobd.output(id).contains("<\(files)/\(real)>"), "\(path)")
            }
        }
    }

    @Test func onlyWhatTheDefinitionLeavesOpenIsTaken() throws {
        try withDaemon { jobd, _ in
            let parameters: [String: Any] = ["text": "t"]
            try jobd.expectRefusal(
                "POST", "/jobs",
                [
                    "definition": "show", "parameters": parameters, "command": ["id"],
                    "env": ["A": "b"], "cwd": "/", "queue": "default", "priority": 1, "tty": true,
                    "timeout_seconds": 1,
                ], status: 422, code: "invalid_spec",
                fields: ["command", "cwd", "env", "priority", "queue", "timeout_seconds", "tty"])
            try jobd.expectRefusal(
                "POST", "/jobs",
                [
                    "definition": "show", "parameters": parameters, "stdin": "x",
                    "labels": ["app": "x"],
                ],
                status: 422, code: "invalid_spec", fields: ["labels.app", "stdin"])
            try jobd.expectRefusal(
                "POST", "/jobs", ["definition": "no"], status: 422, code: "invalid_spec",
                fields: ["definition"])
            let (status, batch) = try jobd.send(
                "POST", "/jobs/batch",
                [
                    "jobs": [
                        ["definition": "echo", "stdin": "hello", "name": "first"],
                        ["definition": "show", "parameters": parameters, "after": ["first"]],
                        ["command": ["true"]],
                    ]
                ])
            #expect(status == 201, "\(batch)")
            #expect(try jobd.finished(1)["state"] as? String == "succeeded")
            #expect(try jobd.output(1) == "hello")
            let second = try jobd.finished(2)
            #expect(second["after"] as? [Int] == [1])
            #expect(second["labels"] as? [String: String] == ["app": "shop"])
            #expect((try jobd.finished(3))["parameters"] is NSNull)
            try jobd.expectRefusal(
                "POST", "/jobs/batch",
                ["jobs": [["command": ["true"]], ["definition": "show"]]], status: 422,
                code: "invalid_spec", fields: ["jobs[1].parameters.text"])
        }
    }

    @Test func definitionsAreListed() throws {
        try withDaemon { jobd, _ in
            let list = try jobd.json("GET", "/definitions").object["definitions"]
            let definitions = list as? [[String: Any]] ?? []
            #expect(definitions.map { $0["name"] as? String } == ["echo", "show"])
            let (status, show) = try jobd.json("GET", "/definitions/show")
            #expect(status == 200 && show["description"] as? String == "Print what it was given")
            let parameters = show["parameters"] as? [[String: Any]] ?? []
            #expect(
                parameters.map { $0["name"] as? String }
                    == ["text", "level", "file", "verbose", "preset"])
            #expect(parameters[1]["range"] as? [Int] == [0, 9])
            #expect(parameters[4]["choices"] as? [String] == ["fast", "slow"])
            // An administrator asks.
            #expect((show["command"] as? [String])?.last == "{verbose}")
            try jobd.expectRefusal(
                "GET", "/definitions/none", status: 404, code: "definition_not_found")
            try jobd.expectRefusal(
                "POST", "/definitions", [:], status: 405, code: "method_not_allowed")
        }
    }

    // MARK: The configuration

    @Test func aFaultyConfigurationKeepsTheDaemonFromStarting() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        func expect(
            _ text: String, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            for check in [[], ["--check"]] {
                try? FileManager.default.removeItem(atPath: jobd.log)
                let config = try jobd.file("bad.yaml", text)
                let daemon = try jobd.spawn(
                    ["--listen", "127.0.0.1:0", "--config", config] + check)
                #expect(daemon.wait() == 78, sourceLocation: sourceLocation)
                let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
                for word in words {
                    #expect(log.contains(word), "\(log)", sourceLocation: sourceLocation)
                }
            }
        }
        try expect(
            """
            slots: 2
            definitions:
              good:
                command: ["true"]
              bad:
                command: [tool, "{a}", "{c}"]
                timeout_seconds: soon
                parameters:
                  a: {}
                  b:
                    type: integer
                    range: [9, 1]
            """, "bad.yaml:7: definitions.bad.timeout_seconds must be",
            "bad.yaml:12: definitions.bad.parameters.b.range must be")
        try expect(
            """
            definitions:
              bad:
                command:
                  - sh
                  - -c
                  - "echo {a}"
                  - "{b}"
                parameters:
                  a: {}
            """, "bad.yaml:6: definitions.bad.command[2]", "code",
            "bad.yaml:7: definitions.bad.command[3] names the parameter {b}")
        try expect(
            "definitions:\n  a: {command: x}\n", "bad.yaml:2: definitions.a.command", "array")
        try expect("definitions:\n  a: {command: [x]}\n  a: {command: [y]}\n", "twice", "bad.yaml:")
        try expect("definitions: [a]\n", "definitions must hold")
        try expect("definitions:\n  a:\n    command: [x, 010]\n", "bad.yaml:3: 010")
        try expect("definition:\n  a: {}\n", "'definition' is not a setting", "definitions")
        let good = try jobd.file("good.yaml", "definitions:\nslots: 1\n")
        #expect(try jobd.spawn(["--config", good, "--check"]).wait() == 0)
    }

    @Test func theExampleOfTheDocumentationIsRight() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appending(path: "docs/definitions.md"), encoding: .utf8)
        let example = try #require(text.split(separator: "```yaml\n").dropFirst().first)
            .split(separator: "```").first
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let config = try jobd.file("jobd.yaml", String(try #require(example)))
        let daemon = try jobd.spawn(["--check", "--config", config])
        #expect(daemon.wait() == 0)
        #expect(try String(contentsOfFile: jobd.log, encoding: .utf8) == "")
    }

    @Test func hangupReadsThemAnew() throws {
        try withDaemon { jobd, config in
            let queue = try jobd.putQueue("held", ["paused": true])
            #expect(queue["paused"] as? Bool == true)
            let held =
                "definitions:\n  old: {command: [echo, \"{a}\"], queue: held, "
                + "parameters: {a: {}}}\n"
            func reload(_ text: String) throws {
                try text.write(toFile: config, atomically: true, encoding: .utf8)
                jobd.daemon?.signal(SIGHUP)
            }
            func names() throws -> [String] {
                let list = try jobd.json("GET", "/definitions").object["definitions"]
                return (list as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
            }
            try reload(held)
            try waitUntil("the definitions are replaced") { try names() == ["old"] }
            let id = try start(jobd, ["a": "x"], definition: "old")
            try reload("definitions:\n  new: {command: [\"true\"]}\n")
            try waitUntil("the definitions are replaced again") { try names() == ["new"] }
            // One that was submitted before goes on.
            try jobd.putQueue("held", ["paused": false])
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.output(id) == "x\n")
            try jobd.expectRefusal(
                "POST", "/jobs", ["definition": "old", "parameters": ["a": "x"]], status: 422,
                code: "invalid_spec", fields: ["definition"])
            // A mistake changes nothing, and is told.
            try reload("definitions:\n  broken: {command: x}\n")
            try waitUntil("the mistake is logged") {
                try String(contentsOfFile: jobd.log, encoding: .utf8).contains("jobd.yaml:2: ")
            }
            #expect(try names() == ["new"])
            try FileManager.default.removeItem(atPath: config)
            jobd.daemon?.signal(SIGHUP)
            try waitUntil("that there is no file is logged") {
                try String(contentsOfFile: jobd.log, encoding: .utf8).contains("cannot be read")
            }
            #expect(try names() == ["new"])
            #expect(jobd.stop() == 0)
        }
    }

    @Test func hangupDoesNotEndADaemonWithoutDefinitions() throws {
        try DaemonFixture.with { jobd in
            jobd.daemon?.signal(SIGHUP)
            try waitUntil("it has looked") {
                try String(contentsOfFile: jobd.log, encoding: .utf8).contains("Read anew")
            }
            #expect(try jobd.json("GET", "/health").status == 200)
            // Jobs are not made deaf to it.
            let id = try jobd.submit(["command": "kill -HUP $$; echo alive"])
            #expect(try jobd.finished(id)["signal"] as? Int == 1)
            #expect(jobd.stop() == 0)
        }
    }

    // MARK: jobctl

    @Test func jobctlStartsThem() throws {
        try withDaemon { jobd, _ in
            let run = try jobd.jobctl(
                "run", "-D", "show", "--name", "mine", "text=a b", "level=7", "verbose=true")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output == "3<a b>\n9<--level=7>\n2<-v>\nPRESET=fast KEY=\n")
            #expect(try jobd.job(1)["name"] as? String == "mine")
            let submitted = try jobd.jobctl(
                "submit", "--wait", "--definition", "show", "--", "text=x=y", "preset",
                environment: ["preset": "slow"])
            #expect(submitted.output == "2\n", "\(submitted.errors)")
            #expect(try jobd.output(2).hasPrefix("3<x=y>\n"))
            #expect(try jobd.output(2).contains("PRESET=slow"))
            let input = try jobd.file("input", "from here")
            #expect(try jobd.jobctl("run", "-D", "echo", input: input).output == "from here")
            // What takes no input is not given any that happens to be there.
            #expect(try jobd.jobctl("run", "-D", "show", "text=t", input: input).status == 0)
            let shown = try jobd.jobctl("show", "1")
            #expect(
                shown.output.contains("show level=7 preset=fast text='a b' verbose=true"),
                "\(shown.output)")

            try jobd.expectTrouble(
                64, "submit", "-D", "show", "nothing=1", saying: "nothing", "text")
            try jobd.expectTrouble(
                64, "submit", "-D", "show", "--queue", "q", "text=t", saying: "--queue")
            try jobd.expectTrouble(64, "submit", "-D", "show", "level=x", saying: "level")
            try jobd.expectTrouble(64, "submit", "-D", "show", "text=t", "--wait", saying: "--wait")
            try jobd.expectTrouble(
                64, "submit", "--open-stdin", "-D", "show", "text=t", saying: "input")
            try jobd.expectTrouble(1, "submit", "-D", "show", saying: "parameters.text")
            try jobd.expectTrouble(1, "submit", "-D", "show", "text=--x", saying: "dash")
            try jobd.expectTrouble(1, "submit", "-D", "none", "a=b", saying: "none")
        }
    }

    @Test func jobctlListsThem() throws {
        try withDaemon { jobd, _ in
            let list = try jobd.jobctl("definitions")
            #expect(list.lines.count == 3, "\(list.output)")
            #expect(list.output.contains("text= [level=] [file=] [verbose=] [preset=]"))
            let one = try jobd.jobctl("definitions", "show")
            for word in ["Print what", "{text}", "required", "0…9", "fast|slow"] {
                #expect(one.output.contains(word), "\(one.output)")
            }
            let json = try jobd.jobctl("definitions", "--json").object()
            #expect((json["definitions"] as? [Any])?.count == 2)
            #expect(
                try jobd.jobctl("definitions", "echo", "--json").object()["accepts_stdin"] as? Bool
                    == true)
            try jobd.expectTrouble(1, "definitions", "none", saying: "none")
            let completed = try jobd.jobctl("complete", "--", "run", "-D", "show", "pre")
            #expect(completed.lines == ["words", "preset=\tfast|slow"])
        }
    }
}
