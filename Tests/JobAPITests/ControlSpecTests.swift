import JobAPI
import JobModel
import Testing

/// What a submission says about when, how often and with what its job runs.
@Suite struct ControlSpecTests {
    private func spec(_ members: String) throws -> JobSpec {
        try JobSpec(json: Array(#"{"command":"a",\#(members)}"#.utf8))
    }

    @Test func everythingCanBeGiven() throws {
        let given = try spec(
            #"""
            "priority": -3, "stall_timeout_seconds": 0.5, "not_before": "2026-11-22T09:15:30+01:00",
            "retry": {"max_attempts": 7, "backoff_seconds": 0.25, "backoff_factor": 1.5,
                      "max_backoff_seconds": 60, "on": ["exit", "unstartable", "exit"]},
            "after": [41, 40, 41], "after_policy": "finished",
            "resources": {"gpu": 1, "mem_gb": 8}
            """#)
        #expect(
            given
                == JobSpec(
                    command: .shell("a"), priority: -3, stallTimeout: 500_000,
                    retry: RetryPolicy(
                        maxAttempts: 7, backoff: 250_000, factor: 1.5, maxBackoff: 60_000_000,
                        on: [.exit, .unstartable]),
                    notBefore: Timestamp(microseconds: 1_795_335_330_000_000),
                    after: [JobID(rawValue: 40), JobID(rawValue: 41)], afterPolicy: .finished,
                    resources: ["gpu": 1, "mem_gb": 8]))
    }

    /// The contract's defaults, written out.
    @Test func whatIsLeftOutOfARetryHasItsDefault() throws {
        let defaults = RetryPolicy(
            maxAttempts: 3, backoff: 5_000_000, factor: 2, maxBackoff: 300_000_000,
            on: [.exit, .signal, .timeout, .stalled, .lost, .outputLimit])
        #expect(try spec(#""retry": {}"#).retry == defaults)
        #expect(
            try spec(
                #"""
                "retry": {"max_attempts": null, "backoff_seconds": null, "backoff_factor": null,
                          "max_backoff_seconds": null, "on": null}
                """#
            ).retry == defaults)
        var once = defaults
        once.maxAttempts = 1
        #expect(try spec(#""retry": {"max_attempts": 1}"#).retry == once)
        var never = defaults
        never.on = []
        #expect(try spec(#""retry": {"on": []}"#).retry == never)
        #expect(try spec(#""name": "b""#).retry == nil)
    }

    /// A pause that is asked for is not cut by a limit nobody asked for.
    @Test func aLongBackoffRaisesTheDefaultLimitAndNoOther() throws {
        let long = try spec(#""retry": {"backoff_seconds": 3600}"#).retry
        #expect(long?.backoff == 3_600_000_000 && long?.maxBackoff == 3_600_000_000)
        let cut = try spec(
            #""retry": {"backoff_seconds": 3600, "max_backoff_seconds": 60}"#
        ).retry
        #expect(cut?.backoff == 3_600_000_000 && cut?.maxBackoff == 60_000_000)
    }

    @Test func theLimitsThemselvesAreAccepted() throws {
        #expect(try spec(#""priority": 1000000"#).priority == 1_000_000)
        #expect(try spec(#""priority": -1000000"#).priority == -1_000_000)
        #expect(try spec(#""priority": 2.0"#).priority == 2)
        #expect(try spec(#""stall_timeout_seconds": 0.001"#).stallTimeout == 1000)
        let retry = try spec(
            #"""
            "retry": {"max_attempts": 1000000, "backoff_seconds": 0, "backoff_factor": 1,
                      "max_backoff_seconds": 0}
            """#
        ).retry
        #expect(retry?.maxAttempts == 1_000_000 && retry?.backoff == 0 && retry?.factor == 1)
        #expect(retry?.maxBackoff == 0)
        let ids = (1...1000).map(String.init).joined(separator: ",")
        #expect(try spec(#""after": [\#(ids)]"#).after.count == 1000)
        #expect(try spec(#""after": []"#).after == [])
        #expect(try spec(#""resources": {}"#).resources == [:])
        #expect(
            try spec(#""resources": {"gpu": 9223372036854775807}"#).resources == ["gpu": .max])
    }

    @Test func inputThatIsGivenIsNotInputThatIsLeftOut() throws {
        #expect(try spec(#""stdin": """#).stdin == "")
        #expect(try spec(#""stdin": null"#).stdin == nil)
        #expect(try spec(#""name": "b""#).stdin == nil)
    }

    // MARK: Refusals

    static let refused: [(members: String, fields: [String])] = [
        (#""priority": 1000001"#, ["priority"]),
        (#""priority": -1000001"#, ["priority"]),
        (#""priority": 0.5"#, ["priority"]),
        (#""priority": "high""#, ["priority"]),
        (#""priority": true"#, ["priority"]),
        (#""stall_timeout_seconds": 0"#, ["stall_timeout_seconds"]),
        (#""stall_timeout_seconds": -1"#, ["stall_timeout_seconds"]),
        (#""stall_timeout_seconds": "5m""#, ["stall_timeout_seconds"]),
        (#""stall_timeout_seconds": 1e300"#, ["stall_timeout_seconds"]),
        (#""not_before": "tomorrow""#, ["not_before"]),
        (#""not_before": """#, ["not_before"]),
        (#""not_before": 1795335330"#, ["not_before"]),
        (#""not_before": "2026-02-29T00:00:00Z""#, ["not_before"]),
        (#""not_before": "2026-11-22T08:15:30""#, ["not_before"]),
        (#""not_before": ["2026-11-22T08:15:30Z"]"#, ["not_before"]),
        (#""after": 40"#, ["after"]),
        (#""after": {"40": true}"#, ["after"]),
        (#""after": [0]"#, ["after"]),
        (#""after": [-1]"#, ["after"]),
        (#""after": [1.5]"#, ["after"]),
        (#""after": [null]"#, ["after"]),
        (#""after": [[40]]"#, ["after"]),
        (#""after": [1e30]"#, ["after"]),
        // Names are for batches.
        (#""after": ["40"]"#, ["after"]),
        (#""after": [\#((0...1000).map { "\($0 + 1)" }.joined(separator: ","))]"#, ["after"]),
        (#""after_policy": "always""#, ["after_policy"]),
        (#""after_policy": true"#, ["after_policy"]),
        (#""after_policy": """#, ["after_policy"]),
        (#""resources": ["gpu"]"#, ["resources"]),
        (#""resources": "gpu""#, ["resources"]),
        (#""resources": {"gpu": 0}"#, ["resources.gpu"]),
        (#""resources": {"gpu": -1}"#, ["resources.gpu"]),
        (#""resources": {"gpu": 0.5}"#, ["resources.gpu"]),
        (#""resources": {"gpu": "1"}"#, ["resources.gpu"]),
        (#""resources": {"gpu": null, "ram": [1]}"#, ["resources.gpu", "resources.ram"]),
        (#""retry": 3"#, ["retry"]),
        (#""retry": true"#, ["retry"]),
        (#""retry": [3]"#, ["retry"]),
        (#""retry": {"max_attempts": 0}"#, ["retry.max_attempts"]),
        (#""retry": {"max_attempts": -1}"#, ["retry.max_attempts"]),
        (#""retry": {"max_attempts": 1.5}"#, ["retry.max_attempts"]),
        (#""retry": {"max_attempts": 1000001}"#, ["retry.max_attempts"]),
        (#""retry": {"backoff_seconds": -0.1}"#, ["retry.backoff_seconds"]),
        (#""retry": {"backoff_seconds": "5"}"#, ["retry.backoff_seconds"]),
        (#""retry": {"backoff_factor": 0.5}"#, ["retry.backoff_factor"]),
        (#""retry": {"backoff_factor": 0}"#, ["retry.backoff_factor"]),
        (#""retry": {"backoff_factor": 1001}"#, ["retry.backoff_factor"]),
        (#""retry": {"backoff_factor": "2"}"#, ["retry.backoff_factor"]),
        (#""retry": {"max_backoff_seconds": -1}"#, ["retry.max_backoff_seconds"]),
        (#""retry": {"on": "exit"}"#, ["retry.on"]),
        (#""retry": {"on": ["exit", "everything"]}"#, ["retry.on"]),
        (#""retry": {"on": ["Exit"]}"#, ["retry.on"]),
        (#""retry": {"on": [1]}"#, ["retry.on"]),
        // What never ran cannot be run again.
        (#""retry": {"on": ["dependency"]}"#, ["retry.on"]),
        (#""retry": {"attempts": 3}"#, ["retry.attempts"]),
        (
            #""retry": {"max_attempts": 0, "on": [5], "zzz": 1}, "priority": "x", "afer": []"#,
            ["priority", "retry.max_attempts", "retry.on", "retry.zzz", "afer"]
        ),
    ]

    @Test(arguments: refused)
    func namesTheField(members: String, fields: [String]) throws {
        let error = try #require(throws: JobError.self) { try spec(members) }
        #expect(error.code == .invalidSpec)
        #expect(error.fields.map(\.field) == fields)
        #expect(error.fields.allSatisfy { !$0.message.isEmpty })
    }

    /// An answer must not be many times its request.
    @Test func onlyTheFirstHundredMistakesAreTold() throws {
        let many = (0..<500).map { #""r\#($0)": 0"# }.joined(separator: ",")
        let error = try #require(throws: JobError.self) {
            try spec(#""resources": {\#(many)}, "retry": {"zzz": 1}, "zzz": 1"#)
        }
        #expect(error.fields.count == 100)
    }
}
