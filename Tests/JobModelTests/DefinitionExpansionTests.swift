import JobModel
import JobTestSupport
import Testing

/// What becomes of the parameters of a definition.
@Suite struct DefinitionExpansionTests {
    /// Files without links.
    static let noLinks: PathResolver = { path, _ in .inside(path) }

    private func definition(
        _ command: [String], _ parameters: [Parameter], environment: [String: String] = [:],
        secrets: [String: Secret] = [:], name: String? = nil, acceptsInput: Bool = false
    ) throws -> Definition {
        try Definition(
            name: "d", parameters: parameters,
            spec: JobSpec(
                command: .arguments(command), name: name, labels: ["app": "shop"],
                environment: environment, secretEnvironment: secrets),
            acceptsInput: acceptsInput)
    }

    private func expand(
        _ definition: Definition, _ values: [String: ParameterValue]
    ) throws(InvalidFields) -> JobSpec {
        try definition.expanded(
            DefinitionRequest(definition: "d", parameters: values), resolving: Self.noLinks)
    }

    private func refused(
        _ definition: Definition, _ values: [String: ParameterValue]
    ) throws -> [String: String] {
        let error = try #require(throws: InvalidFields.self, "\(values)") {
            try expand(definition, values)
        }
        return Dictionary(error.fields.map { ($0.field, $0.message) }) { first, _ in first }
    }

    private static let pieces = [
        "; rm -rf /", "$(x)", "`x`", "'", "\"", "\n", "--option", "-", "{other}", "{a}", "{{", "}",
        "ü", "e\u{301}", "🤖", " ", "\t", "*", "\\", "%s", "a", "/", "..", "=", "\u{202E}", "\r\n",
    ]

    /// The heart of it: as many arguments as the template has, each value in its
    /// place, byte for byte.
    @Test func hostileValuesStayWhereTheyBelong() throws {
        var random = SeededGenerator()
        let free = TextRule(
            minimumLength: 0, allowsLeadingDash: true, allowsControlCharacters: true)
        let definition = try definition(
            ["tool", "{a}", "--x={b}", "{{{a}}}", "end"],
            [Parameter(name: "a", kind: .string(free)), Parameter(name: "b", kind: .string(free))],
            environment: ["A": "{a}", "AB": "{a}{b}"])
        for _ in 0..<2000 {
            let values = (0..<2).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
                }.joined()
            }
            let job = try expand(definition, ["a": .text(values[0]), "b": .text(values[1])])
            let expected = ["tool", values[0], "--x=" + values[1], "{" + values[0] + "}", "end"]
            let argv = job.command.argumentVector
            #expect(
                argv.map { Array($0.utf8) } == expected.map { Array($0.utf8) },
                "\(values), seed \(random.seed)")
            #expect(job.environment == ["A": values[0], "AB": values[0] + values[1]])
        }
    }

    @Test func noValueBecomesAnOption() throws {
        var random = SeededGenerator()
        let rule = TextRule(minimumLength: 0)
        let definition = try definition(
            ["tool", "{a}", "{a}-x", "{b}{a}"],
            [Parameter(name: "a", kind: .string(rule)), Parameter(name: "b", kind: .string(rule))])
        var accepted = 0
        for _ in 0..<2000 {
            let texts = (0..<2).map { _ in
                ["", "-", "--force", "-\u{301}x", "a", "a-", " -"].randomElement(using: &random)
                    ?? ""
            }
            let values: [String: ParameterValue] = ["a": .text(texts[0]), "b": .text(texts[1])]
            guard let job = try? expand(definition, values) else { continue }
            accepted += 1
            for argument in job.command.argumentVector {
                #expect(argument.utf8.first != UInt8(ascii: "-"), "\(texts), seed \(random.seed)")
            }
        }
        #expect(accepted > 0)
        #expect(
            try refused(definition, ["a": .text("-rf"), "b": .text("x")]).keys.sorted() == [
                "parameters.a"
            ])
        #expect(
            try refused(definition, ["a": .text("x"), "b": .text("-")]).keys.sorted() == [
                "parameters.b"
            ])
    }

    @Test func aDashMayBePermitted() throws {
        let definition = try definition(
            ["tool", "{a}", "{n}", "{c}", "--n={d}"],
            [
                Parameter(name: "a", kind: .string(TextRule(allowsLeadingDash: true))),
                Parameter(name: "n", kind: .integer(-5...5)),
                Parameter(name: "c", choices: [.text("-v"), .text("-q")]),
                Parameter(name: "d"),
            ])
        let job = try expand(
            definition,
            ["a": .text("--all"), "n": .integer(-5), "c": .text("-q"), "d": .text("-d")])
        #expect(job.command.argumentVector == ["tool", "--all", "-5", "-q", "--n=-d"])
    }

    @Test(
        arguments: [
            (
                .string(TextRule(maximumLength: 3)), [.text("abc"), .text("äöü")],
                [
                    .text("abcd"), .text(""), .text("a\0"), .text("a\n"), .text("\u{85}"),
                    .integer(1), .flag(true),
                ]
            ),
            (
                .integer(0...51), [.integer(0), .integer(51)],
                [.integer(-1), .integer(52), .number(1.5), .text("1"), .flag(true)]
            ),
            (
                .number(0...1), [.integer(1), .number(0.5)],
                [.number(1.01), .number(-0.1), .integer(2), .text("0.5"), .number(.infinity)]
            ),
            (.boolean, [.flag(true), .flag(false)], [.text("true"), .integer(1)]),
            (
                .path(root: "/srv"),
                [.text("a/b"), .text("./a"), .text("a/../b"), .text("/srv/a"), .text(".")],
                [
                    .text(""), .text(".."), .text("../srv/a"), .text("a/../../srv/a"),
                    .text("/etc"),
                    .text("/srvx"), .text("/"), .text("/srv/../etc"), .text("..\u{2F}\u{301}x"),
                    .text("a\nb"), .integer(1), .text(String(repeating: "a", count: 4096)),
                ]
            ),
        ] as [(Parameter.Kind, [ParameterValue], [ParameterValue])])
    func typesAreKept(
        _ kind: Parameter.Kind, _ good: [ParameterValue], _ bad: [ParameterValue]
    ) throws {
        let definition = try definition(["tool", "x{p}"], [Parameter(name: "p", kind: kind)])
        for value in good {
            #expect(throws: Never.self, "\(value)") { try expand(definition, ["p": value]) }
        }
        for value in bad {
            let problems = try refused(definition, ["p": value])
            #expect(problems.keys.sorted() == ["parameters.p"], "\(value)")
            // What is wrong is said without what was given: it may be secret.
            if case .text(let text) = value, text.utf8.count > 4 {
                #expect(problems["parameters.p"]?.contains(text) == false)
            }
        }
    }

    @Test func pathsAreAbsoluteAndWithoutDetours() throws {
        let definition = try definition(
            ["cat", "{p}"], [Parameter(name: "p", kind: .path(root: "/srv//videos/"))])
        for text in ["a.mkv", "/srv/videos/a.mkv", "x/.././a.mkv", "//srv/videos//a.mkv"] {
            #expect(
                try expand(definition, ["p": .text(text)]).command.argumentVector
                    == ["cat", "/srv/videos/a.mkv"])
        }
        let job = try expand(definition, ["p": .text("-rf")])
        #expect(job.command.argumentVector == ["cat", "/srv/videos/-rf"])
        #expect(job.definition?.parameters == ["p": .text("-rf")])
        for answer in [PathResolution.outside, .unknown("Permission denied")] {
            #expect(throws: InvalidFields.self) {
                try definition.expanded(
                    DefinitionRequest(definition: "d", parameters: ["p": .text("a")]),
                    resolving: { _, _ in answer })
            }
        }
        let linked = try definition.expanded(
            DefinitionRequest(definition: "d", parameters: ["p": .text("a")]),
            resolving: { path, root in
                #expect(path == "/srv/videos/a" && root == "/srv//videos/")
                return .inside("/srv/videos/real")
            })
        #expect(linked.command.argumentVector == ["cat", "/srv/videos/real"])
    }

    @Test func textWithinAPathStaysAName() throws {
        let pattern = try ParameterPattern("[a-z./]*")
        let definition = try definition(
            ["tool", "/srv/{a}.mp4", "--out=/srv/{b}/x", "/srv/.{c}"],
            [
                Parameter(name: "a"),
                Parameter(name: "b", kind: .string(TextRule(pattern: pattern))),
                Parameter(name: "c", choices: [.text("."), .text("x")]),
            ])
        let good: [String: ParameterValue] = ["a": .text(".."), "b": .text("x/y"), "c": .text("x")]
        #expect(
            try expand(definition, good).command.argumentVector
                == ["tool", "/srv/...mp4", "--out=/srv/x/y/x", "/srv/.x"])
        for (name, text) in [
            ("a", "x/y"), ("a", "../etc"), ("a", "\u{2F}\u{301}"), ("b", ".."), ("b", "x/../y"),
            ("c", "."),
        ] {
            let values = good.merging([name: .text(text)]) { $1 }
            #expect(
                try refused(definition, values).keys.sorted() == ["parameters.\(name)"], "\(text)")
        }
    }

    @Test func whatIsLeftOut() throws {
        let definition = try definition(
            ["tool", "{verbose}", "{level}", "{file}", "{quiet}", "{plain}"],
            [
                Parameter(name: "verbose", kind: .boolean, whenGiven: ["-v", "{{x}}"]),
                Parameter(
                    name: "level", kind: .integer(nil), isOptional: true,
                    whenGiven: ["-l", "{level}"]),
                Parameter(name: "file", isOptional: true),
                Parameter(
                    name: "quiet", kind: .boolean, standard: .flag(true), whenFalse: ["--loud"]),
                Parameter(name: "plain", kind: .boolean),
            ],
            environment: ["FILE": "{file}", "LEVEL": "{level}"])
        var job = try expand(definition, [:])
        #expect(job.command.argumentVector == ["tool", "false"])
        #expect(job.environment == [:])
        job = try expand(
            definition,
            [
                "verbose": .flag(true), "level": .integer(3), "file": .text("a b"),
                "quiet": .flag(false), "plain": .flag(true),
            ])
        #expect(
            job.command.argumentVector
                == ["tool", "-v", "{x}", "-l", "3", "a b", "--loud", "true"])
        #expect(job.environment == ["FILE": "a b", "LEVEL": "3"])
    }

    @Test func everythingWrongIsSaidAtOnce() throws {
        let definition = try definition(
            ["tool", "{a}", "{b}", "{c}"],
            [
                Parameter(name: "a"), Parameter(name: "b", kind: .integer(nil)),
                Parameter(name: "c", standard: .text("x")),
            ])
        var request = DefinitionRequest(
            definition: "d",
            parameters: ["b": .text("x"), "c": .text("-c"), "d": .text("e")],
            labels: ["app": "other", "mine": "1"], input: "text")
        let error = #expect(throws: InvalidFields.self) {
            try definition.expanded(request, resolving: Self.noLinks)
        }
        #expect(
            error.map { Set($0.fields.map(\.field)) } == [
                "parameters.a", "parameters.b", "parameters.c", "parameters.d", "labels.app",
                "stdin",
            ])
        request.parameters = ["a": .text("1"), "b": .integer(2)]
        request.labels = ["mine": "1"]
        request.input = nil
        request.name = "my own"
        let job = try definition.expanded(request, resolving: Self.noLinks)
        #expect(job.labels == ["app": "shop", "mine": "1"])
        #expect(job.name == "my own")
        // Nobody may send it any: it reads an end.
        #expect(job.stdin == "")
        #expect(
            job.definition
                == DefinitionUse(
                    name: "d", parameters: ["a": .text("1"), "b": .integer(2), "c": .text("x")]))
    }

    @Test func secretsAreInTheSecretEnvironmentOnly() throws {
        let definition = try definition(
            ["tool", "{a}"], [Parameter(name: "a"), Parameter(name: "key", isSecret: true)],
            secrets: ["KEY": .value("k={key}"), "FIXED": .value("f")], name: "job of {a}")
        let job = try expand(definition, ["a": .text("x\u{2028}y"), "key": .text("hush")])
        #expect(job.secretEnvironment == ["KEY": .value("k=hush"), "FIXED": .value("f")])
        #expect(job.definition?.parameters == ["a": .text("x\u{2028}y")])
        #expect(job.name == "job of x y")
        #expect(!"\(job)".contains("hush"))
        // It would be masked wherever it happens to stand in the output.
        let short = try self.definition(
            ["tool"], [Parameter(name: "key", isSecret: true)], secrets: ["KEY": .value("{key}")])
        #expect(try refused(short, ["key": .text("abc")]).keys.sorted() == ["parameters.key"])
    }

    @Test func inputThatIsTaken() throws {
        let definition = try definition(["cat"], [], acceptsInput: true)
        #expect(try expand(definition, [:]).stdin == nil)
        let request = DefinitionRequest(definition: "d", input: "text")
        #expect(try definition.expanded(request, resolving: Self.noLinks).stdin == "text")
    }
}
