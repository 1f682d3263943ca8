import JobModel
import Testing

/// What is wrong with definitions.
@Suite struct DefinitionCheckTests {
    private func fields(
        _ command: [String], _ parameters: [Parameter] = [], name: String? = nil,
        environment: [String: String] = [:], secrets: [String: Secret] = [:]
    ) -> [String] {
        do {
            _ = try Definition(
                name: "d", parameters: parameters,
                spec: JobSpec(
                    command: .arguments(command), name: name, environment: environment,
                    secretEnvironment: secrets))
            return []
        } catch {
            return error.fields.map(\.field)
        }
    }

    private let a = Parameter(name: "a")

    @Test func placeholders() {
        #expect(fields(["x", "{a}", "{{b}}", "}}{a}{{"], [a]) == [])
        #expect(fields(["x", "{b}"], [a]) == ["command[1]", "parameters.a"])
        #expect(fields(["x", "{", "}", "{}", "{a b}"]) == (1...4).map { "command[\($0)]" })
        #expect(fields(["{a}", "x"], [a]) == ["command[0]"])
        #expect(fields(["x"], [a]) == ["parameters.a"])
        #expect(fields(["x"], [a], environment: ["A": "{a}"]) == [])
        #expect(fields(["x"], [a], name: "x {a}") == [])
        #expect(fields(["x", "{a}"], [a, a]) == ["parameters.a"])
        #expect(fields(["x", "{a}"], [Parameter(name: "0")]).contains("parameters.0"))
    }

    @Test func linesForTheShellAreRefused() {
        #expect(throws: InvalidFields.self) {
            try Definition(name: "d", parameters: [], spec: JobSpec(command: .shell("x")))
        }
    }

    @Test func optionalAndSecretParametersHaveTheirPlaces() {
        let optional = Parameter(name: "o", isOptional: true)
        #expect(fields(["x", "{o}"], [optional]) == [])
        #expect(fields(["x", "--o={o}"], [optional]) == ["command[1]"])
        #expect(fields(["x", "{o}"], [optional], environment: ["O": "x{o}"]) == ["env.O"])
        #expect(fields(["x", "{o}"], [optional], name: "x {o}") == ["name"])
        let secret = Parameter(name: "s", isSecret: true)
        #expect(fields(["x"], [secret], secrets: ["S": .value("{s}")]) == [])
        #expect(fields(["x", "{s}"], [secret]) == ["command[1]"])
        #expect(fields(["x"], [secret], environment: ["S": "{s}"]) == ["env.S"])
        #expect(fields(["x"], [secret], name: "{s}") == ["name"])
    }

    @Test func whatTakesTheirPlace() {
        func given(_ words: [String], _ kind: Parameter.Kind = .boolean) -> [String] {
            fields(["x", "{p}"], [Parameter(name: "p", kind: kind, whenGiven: words)])
        }
        #expect(given(["-v"]) == [])
        #expect(given(["-v", "{p}"]) == ["parameters.p.when_true[1]"])
        #expect(given(["-l", "{p}"], .integer(nil)) == [])
        #expect(given(["-l", "{q}"], .integer(nil)) == ["parameters.p.when_given[1]"])
    }

    @Test func defaultsAndChoicesKeepTheirOwnRules() {
        func check(_ parameter: Parameter) -> [String] { fields(["x", "{p}"], [parameter]) }
        let kind = Parameter.Kind.integer(0...51)
        #expect(check(Parameter(name: "p", kind: kind, standard: .integer(23))) == [])
        #expect(
            check(Parameter(name: "p", kind: kind, standard: .integer(52)))
                == ["parameters.p.default"])
        #expect(check(Parameter(name: "p", standard: .integer(1))) == ["parameters.p.default"])
        #expect(
            check(Parameter(name: "p", choices: [.text("a"), .integer(1)]))
                == ["parameters.p.choices[1]"])
        #expect(check(Parameter(name: "p", choices: [])) == ["parameters.p.choices"])
        #expect(
            check(Parameter(name: "p", choices: [.text("a")], standard: .text("b")))
                == ["parameters.p.default"])
        #expect(
            check(Parameter(name: "p", standard: .text("a"), isOptional: true))
                == ["parameters.p.required"])
        #expect(check(Parameter(name: "p", kind: .path(root: "srv"))) == ["parameters.p.root"])
        #expect(
            check(Parameter(name: "p", kind: .path(root: "/srv"), standard: .text("../x")))
                == ["parameters.p.default"])
    }

    @Test(arguments: [
        (["sh", "-c", "echo {a}"], 2), (["/bin/bash", "-euc", "{a}"], 2),
        (["sh", "-c", "-e", "{a}"], 3), (["bash", "-o", "pipefail", "-c", "{a}"], 4),
        (["env", "X=1", "dash", "-c", "x {a}"], 4), (["sh", "-c{a}"], 1),
        (["python3.13", "-c", "{a}"], 2), (["python3", "-Ic", "print({a})"], 2),
        (["perl", "-ne", "{a}"], 2), (["perl", "-E", "{a}"], 2), (["ruby", "-e", "{a}"], 2),
        (["node", "--eval={a}"], 1), (["node", "-p", "{a}"], 2), (["php", "-r", "{a}"], 2),
        (["awk", "-F", ":", "{a}", "file"], 3), (["sed", "{a}", "file"], 1),
        (["sed", "-n", "-e", "{a}"], 3), (["su", "-c", "x {a}", "nobody"], 2),
        (["find", "/srv", "-exec", "sh", "-c", "x {a}", ";"], 5),
    ])
    func codeIsFixed(_ command: [String], _ place: Int) {
        #expect(fields(command, [a]) == ["command[\(place)]"], "\(command)")
    }

    @Test(arguments: [
        ["sh", "-c", "echo \"$1\"", "sh", "{a}"], ["bash", "-o", "errexit", "script", "{a}"],
        ["sh", "script", "-c", "{a}"], ["python3", "script.py", "-c", "{a}"],
        ["python3", "-W", "ignore", "script.py", "{a}"], ["grep", "-e", "{a}", "-c"],
        ["awk", "{{ print $1 }}", "{a}"], ["sed", "s/a/b/", "{a}"],
        ["perl", "-ne", "print", "{a}"],
        ["node", "server.js", "-e", "{a}"], ["grep", "sed", "{a}"], ["echo", "sh", "{a}"],
    ])
    func argumentsAreNotCode(_ command: [String]) {
        #expect(fields(command, [a]) == [], "\(command)")
    }

    @Test func codeThatComesAboutByASwitch() {
        let flag = Parameter(name: "f", kind: .boolean, whenGiven: ["-c"])
        #expect(fields(["sh", "{f}", "{a}"], [a, flag]) == ["command[2]"])
        let code = Parameter(name: "f", isOptional: true, whenGiven: ["-c", "{f}"])
        #expect(fields(["sh", "{f}"], [code]) == ["command[1]"])
    }

    @Test func parametersComeInTheOrderOfTheCommand() throws {
        let definition = try Definition(
            name: "d", parameters: ["a", "b", "c"].map { Parameter(name: $0) },
            spec: JobSpec(
                command: .arguments(["x", "{c}", "{a}{c}"]), environment: ["B": "{b}"]))
        #expect(definition.parameters.map(\.name) == ["c", "a", "b"])
    }

    @Test func offersAreLimited() throws {
        let definitions = try ["b", "a"].map {
            try Definition(
                name: $0, parameters: [], spec: JobSpec(command: .arguments(["true"])))
        }
        func offer(_ role: Role, _ names: Set<String>? = nil) -> Offer {
            Offer(
                of: definitions, to: Principal(.token("t"), role, definitions: names),
                resolving: DefinitionExpansionTests.noLinks)
        }
        let own = JobSpec(command: .arguments(["id"]))
        let all = offer(.submit)
        #expect(all.definitions.map(\.name) == ["a", "b"])
        #expect(throws: Never.self) { try all.check(own) }
        #expect(offer(.read).definitions.isEmpty)
        #expect(offer(.admin).showsCommands && !all.showsCommands)
        let limited = offer(.submit, ["a", "gone"])
        #expect(limited.definitions.map(\.name) == ["a"])
        #expect(limited["b"] == nil && limited["gone"] == nil)
        let job = try limited.job(DefinitionRequest(definition: "a"))
        #expect(throws: Never.self) { try limited.check(job) }
        let refusal = #expect(throws: JobError.self) { try limited.check(own) }
        #expect(refusal?.code == .forbidden)
        #expect(refusal?.message.contains("one of a.") == true)
        // What is there for others looks like what is not there.
        func words(_ name: String) throws -> String? {
            try #require(throws: InvalidFields.self) {
                try limited.job(DefinitionRequest(definition: name))
            }.fields.first?.message
        }
        #expect(try words("b") == words("nothing"))
        #expect(throws: JobError.self) { try offer(.submit, []).check(own) }
    }
}
