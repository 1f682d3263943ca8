import JobAPI
import JobModel
import JobTestSupport
import Testing

/// Many jobs in one request, some of which come after others.
@Suite struct BatchRequestTests {
    private func batch(_ jobs: String) throws -> BatchRequest {
        try BatchRequest(json: Array(#"{"jobs":[\#(jobs)]}"#.utf8))
    }

    private func refusal(_ json: String) throws -> JobError {
        try #require(throws: JobError.self, "\(json.prefix(200))") {
            try BatchRequest(json: Array(json.utf8))
        }
    }

    @Test func jobsStandInTheOrderOfTheRequest() throws {
        let given = try batch(
            #"""
            {"command": "a", "queue": "slow"}, {"command": ["b"], "priority": 2},
            {"command": "c", "stdin": ""}
            """#)
        #expect(given.entries.map(\.siblings) == [[], [], []])
        #expect(
            given.entries.map(\.spec) == [
                JobSpec(command: .shell("a"), queue: "slow"),
                JobSpec(command: .arguments(["b"]), priority: 2),
                JobSpec(command: .shell("c"), stdin: ""),
            ])
    }

    @Test func jobsAreNamedInEitherDirectionTogetherWithIds() throws {
        let given = try batch(
            #"""
            {"command": "a", "name": "last", "after": ["build", 40, "test", "build", 40]},
            {"command": "b", "name": "build"},
            {"command": "c", "name": "test", "after": ["build"]}
            """#)
        #expect(given.entries.map(\.siblings) == [[1, 2], [], [1]])
        #expect(given.entries[0].spec.after == [JobID(rawValue: 40)])
    }

    @Test func aNameThatNobodyNamesMayBeShared() throws {
        let given = try batch(
            #"{"command":"a","name":"x"},{"command":"b","name":"x"},{"command":"c","name":"y"}"#)
        #expect(given.entries.map(\.spec.name) == ["x", "x", "y"])
    }

    static let refused: [(json: String, fields: [String])] = [
        (#"{}"#, ["jobs"]),
        (#"{"jobs":null}"#, ["jobs"]),
        (#"{"jobs":[]}"#, ["jobs"]),
        (#"{"jobs":{}}"#, ["jobs"]),
        (#"{"jobs":"a"}"#, ["jobs"]),
        (#"{"command":"a"}"#, ["jobs", "command"]),
        (#"{"jobs":[{"command":"a"}],"key":1}"#, ["key"]),
        (#"{"jobs":["a",{"command":"a"},null]}"#, ["jobs[0]", "jobs[2]"]),
        (#"{"jobs":[{"command":"a"},{}]}"#, ["jobs[1].command"]),
        (
            #"{"jobs":[{"command":"a","timeout":1},{"command":5,"retry":{"on":[1]}}]}"#,
            ["jobs[0].timeout", "jobs[1].command", "jobs[1].retry.on"]
        ),
        (#"{"jobs":[{"command":"a","timeout_seconds":-1}]}"#, ["jobs[0].timeout_seconds"]),
        (#"{"jobs":[{"command":["a",1]}]}"#, ["jobs[0].command[1]"]),
        (#"{"jobs":[{"command":"a","env":{"A":1}}]}"#, ["jobs[0].env.A"]),
        // Names that are none, or those of several.
        (#"{"jobs":[{"command":"a","after":["b"]}]}"#, ["jobs[0].after"]),
        (#"{"jobs":[{"command":"a","after":[""]}]}"#, ["jobs[0].after"]),
        (
            #"""
            {"jobs":[{"command":"a","name":"x"},{"command":"a","name":"x"},
                     {"command":"a","after":["x"]},{"command":"a","after":["y"]}]}
            """#, ["jobs[2].after", "jobs[3].after"]
        ),
    ]

    @Test(arguments: refused)
    func namesTheJobAndTheField(json: String, fields: [String]) throws {
        let error = try refusal(json)
        #expect(error.code == .invalidSpec)
        #expect(error.fields.map(\.field) == fields)
        for field in fields { #expect(error.message.contains(field)) }
    }

    @Test(arguments: ["", "[]", "null", "{", #"[{"command":"a"}]"#, #"{"jobs":[}"#])
    func whatIsNoObjectIsMalformed(text: String) throws {
        #expect(try refusal(text).code == .malformedRequest)
    }

    // MARK: Circles

    private func circle(_ afters: [[String]]) throws -> [String] {
        let jobs = afters.enumerated().map { index, names in
            let after = names.map { "\"\($0)\"" }.joined(separator: ",")
            return #"{"command":"a","name":"\#(index)","after":[\#(after)]}"#
        }
        return try refusal(#"{"jobs":[\#(jobs.joined(separator: ","))]}"#).fields.map(\.field)
    }

    @Test func circlesAreRefused() throws {
        // Itself; two; three behind one that is free; two circles, one named.
        #expect(try circle([["0"]]) == ["jobs[0].after"])
        #expect(try circle([[], ["1"]]) == ["jobs[1].after"])
        #expect(try circle([["1"], ["0"]]) == ["jobs[0].after"])
        #expect(try circle([[], ["0", "3"], ["1"], ["2"]]) == ["jobs[1].after"])
        #expect(try circle([["1"], ["0"], ["3"], ["2"]]).count == 1)
    }

    /// Random graphs: refused exactly when walking back along them comes round.
    @Test func anyGraphIsRefusedExactlyWhenItHasACircle() throws {
        var random = SeededGenerator()
        var refused = 0
        for _ in 0..<400 {
            let count = Int.random(in: 1...8, using: &random)
            let afters = (0..<count).map { _ in
                (0..<count).filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
            }
            // Everything that each can reach, by as many steps as there are jobs.
            var reach = afters.map { Set($0) }
            for _ in 0..<count {
                reach = reach.map { known in known.union(known.flatMap { reach[$0] }) }
            }
            let hasCircle = reach.indices.contains { reach[$0].contains($0) }
            let jobs = afters.enumerated().map { index, names in
                let after = names.map { "\"n\($0)\"" }.joined(separator: ",")
                return #"{"command":"a","name":"n\#(index)","after":[\#(after)]}"#
            }
            if hasCircle {
                refused += 1
                #expect(
                    throws: JobError.self, "\(afters), seed \(random.seed)"
                ) { try batch(jobs.joined(separator: ",")) }
            } else {
                let given = try batch(jobs.joined(separator: ","))
                #expect(given.entries.map(\.siblings) == afters, "seed \(random.seed)")
            }
        }
        #expect(refused > 50 && refused < 350)
    }

    // MARK: Size

    private func chain(_ count: Int, closing: Bool = false) -> String {
        var jobs = [
            closing
                ? #"{"command":"a","name":"0","after":["\#(count - 1)"]}"#
                : #"{"command":"a","name":"0"}"#
        ]
        for index in 1..<count {
            jobs.append(#"{"command":"a","name":"\#(index)","after":["\#(index - 1)"]}"#)
        }
        return #"{"jobs":[\#(jobs.joined(separator: ","))]}"#
    }

    /// As long as a batch may be: a reader that called itself for each link would
    /// run out of stack, and one that looked at all for each would not end.
    @Test(.timeLimit(.minutes(1))) func aChainOfTenThousandIsRead() throws {
        let given = try BatchRequest(json: Array(chain(10_000).utf8))
        #expect(given.entries.count == 10_000)
        #expect(given.entries[0].siblings == [])
        #expect((1..<10_000).allSatisfy { given.entries[$0].siblings == [$0 - 1] })
    }

    @Test(.timeLimit(.minutes(1))) func aCircleOfTenThousandIsRefused() throws {
        #expect(try refusal(chain(10_000, closing: true)).fields.map(\.field) == ["jobs[0].after"])
    }

    @Test func moreThanTenThousandAreRefused() throws {
        let error = try refusal(chain(10_001))
        #expect(error.fields.map(\.field) == ["jobs"])
    }

    @Test func onlyTheFirstHundredMistakesAreTold() throws {
        let jobs = [String](repeating: #"{"command":1,"a":1,"b":1}"#, count: 1000)
        let error = try refusal(#"{"jobs":[\#(jobs.joined(separator: ","))]}"#)
        #expect(error.fields.count == 100)
        let unknown = [String](repeating: #"{"command":"a","after":["b"]}"#, count: 1000)
        let second = try refusal(#"{"jobs":[\#(unknown.joined(separator: ","))]}"#)
        #expect(second.fields.count == 100)
    }
}
