import JobAPI
import Testing
import YAMLReading

@testable import JobControl

/// Files of jobs, and YAML as JSON.
@Suite struct JobFileTests {
    private func document(_ text: String, isJSON: Bool = false) throws -> String {
        let file = try JobFile(Array(text.utf8), isJSON: isJSON)
        return String(decoding: file.document, as: UTF8.self)
    }

    @Test func jsonStaysAsItIsWritten() throws {
        let job = #"{"command": ["a", "\u00fc", 1e2], "x": {"y": [1,2]}}"#
        #expect(try document(job) == #"{"jobs":[\#(job)]}"#)
        #expect(try document(" [\(job), \(job)]\n") == #"{"jobs":[\#(job),\#(job)]}"#)
        #expect(try document(#"{"jobs": [ \#(job) ]}"#) == #"{"jobs":[\#(job)]}"#)
        #expect(try document("[1, \"a,]\"]") == #"{"jobs":[1,"a,]"]}"#)
    }

    @Test(arguments: [
        "", " ", "# nothing", "42", "text", "[]", #"{"jobs": []}"#, #"{"jobs": 1}"#,
        #"{"jobs": [], "x": 1}"#, "a: [", "a: 1\na: 2", "a: &x\nb: *y", "\u{0}",
    ])
    func noJobs(_ text: String) {
        let error = #expect(throws: Trouble.self) { try document(text) }
        #expect(error?.status == 64)
        #expect(error?.message.contains("\n") == false)
    }

    @Test func notTextAndTooLong() throws {
        #expect(throws: Trouble.self) { try JobFile([0xFF], isJSON: false) }
        let long = "command: \(String(repeating: "x", count: 1 << 20))"
        #expect(throws: Trouble.self) { try document(long) }
        // A few hundred bytes that would become gigabytes.
        let bomb =
            "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + (1...9).map { n in
                let names = Array(repeating: "*a\(n - 1)", count: 10).joined(separator: ", ")
                return "a\(n): &a\(n) [\(names)]\n"
            }.joined()
        #expect(throws: Trouble.self) { try document(bomb) }
    }

    @Test func aFileThatSaysItIsJSONIsNothingElse() {
        #expect(throws: Never.self) { try document("command: a") }
        let error = #expect(throws: Trouble.self) { try document("command: a", isJSON: true) }
        #expect(error?.message.hasPrefix("it is not JSON") == true)
    }

    @Test func wholeYAML() throws {
        let text = """
            # Two jobs.
            jobs:
              - name: build
                command: [make, "-j4"]
                env: {LANG: C.UTF-8, DEBUG: "1"}
                timeout_seconds: 1.5
              - name: install
                command: |
                  make install
                  date
                after: [build, 40]
                tty: true
                watch_files: true
            """
        #expect(
            try document(text)
                == #"{"jobs":[{"name":"build","command":["make","-j4"],"#
                + #""env":{"LANG":"C.UTF-8","DEBUG":"1"},"timeout_seconds":1.5},"#
                + #"{"name":"install","command":"make install\ndate\n","after":["build",40],"#
                + #""tty":true,"watch_files":true}]}"#)
        let documents = "command: a\n---\ncommand: b\n"
        #expect(try document(documents) == #"{"jobs":[{"command":"a"},{"command":"b"}]}"#)
    }

    @Test(arguments: [
        // Strings stay strings.
        ("yes", #""yes""#), ("no", #""no""#), ("on", #""on""#), ("y", #""y""#),
        ("2026-11-22", #""2026-11-22""#), ("2026-11-22T08:15:30Z", #""2026-11-22T08:15:30Z""#),
        ("22:30", #""22:30""#), ("1_000", #""1_000""#), ("1.2.3", #""1.2.3""#),
        ("\"1.0\"", #""1.0""#), ("'1'", #""1""#), ("\"true\"", #""true""#), ("'~'", #""~""#),
        ("'null'", #""null""#), ("\"\"", #""""#), ("!!str 1", #""1""#), ("! 1", #""1""#),
        ("0o", #""0o""#), ("0xZ", #""0xZ""#), (".", #"".""#), ("1e", #""1e""#),
        ("a b", #""a b""#), ("\"a\\tb\\u00e4\\\"\"", #""a\tbä\"""#), ("=", #""=""#),
        ("++1", #""++1""#), ("1.5.", #""1.5.""#), ("0x+1", #""0x+1""#),
        ("1e+", #""1e+""#), ("٣", #""٣""#), ("+", #""+""#), ("..", #""..""#), ("0b1", #""0b1""#),
        // The rest is what it says.
        ("true", "true"), ("False", "false"), ("~", "null"), ("null", "null"), ("", "null"),
        ("0", "0"), ("-7", "-7"), ("+7", "7"), ("0x1F", "31"), ("0o17", "15"),
        ("1.0", "1.0"), ("1.50", "1.50"), (".5", "0.5"), ("+.5", "0.5"), ("007.5", "7.5"),
        ("0.0", "0.0"), ("-0", "-0"), ("5.", "5"), ("-1.5e+3", "-1.5e+3"),
        ("1e3", "1e3"), ("12345678901234567890", "12345678901234567890"),
        ("!!float 1", "1"), ("!!int \"3\"", "3"),
    ])
    func scalars(_ yaml: String, _ json: String) throws {
        #expect(
            String(decoding: try YAMLConversion.json("a: \(yaml)"), as: UTF8.self)
                == #"{"a":\#(json)}"#)
    }

    @Test(arguments: [
        "010", "-007", ".inf", "-.Inf", ".nan", "!!int x", "!!binary aGk=", "!mine x",
        "!!timestamp 2026-11-22",
    ])
    func scalarsThatJSONCannotSay(_ yaml: String) {
        let error = #expect(throws: YAMLTrouble.self) {
            try YAMLConversion.json("x: 1\na: \(yaml)")
        }
        #expect(error?.line == 2)
    }

    @Test func anchorsAndMerging() throws {
        let text = """
            - &usual
              queue: q
              name: one
            - <<: *usual
              name: two
            - <<: [{name: a, tty: true}, *usual]
            - "<<": 1
            """
        #expect(
            String(decoding: try YAMLConversion.json(text), as: UTF8.self)
                == #"[{"queue":"q","name":"one"},{"name":"two","queue":"q"},"#
                + #"{"name":"a","tty":true,"queue":"q"},{"<<":1}]"#)
    }

    @Test func problemsNameTheJobs() throws {
        let text = #"[{"name":"build"},{"name":"a\"b"},{"name":7},{}]"#
        let file = try JobFile(Array(text.utf8), isJSON: true)
        let single = try JobFile(Array(#"{"name":"x"}"#.utf8), isJSON: true)
        func field(_ file: JobFile, _ field: String) throws -> String? {
            let problem = try Problem(
                json: Array(#"{"errors":[{"field":"\#(field)","message":"m"}]}"#.utf8))
            return file.naming(problem).errors.first?.field
        }
        #expect(try field(file, "jobs[0].env.A") == "jobs[0].env.A of 'build'")
        #expect(try field(file, "jobs[1]") == "jobs[1] of 'a\"b'")
        #expect(try field(file, "jobs[2].name") == "jobs[2].name")
        #expect(try field(file, "jobs[3].command") == "jobs[3].command")
        #expect(try field(file, "jobs[9].command") == "jobs[9].command")
        #expect(try field(file, "jobs") == "jobs")
        #expect(try field(single, "jobs[0].env.A") == "env.A")
    }
}
