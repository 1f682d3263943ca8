import JobAPI
import JobModel
import Testing

/// What jobs and queues may be asked for once they are there.
@Suite struct ControlRequestTests {
    private func fields(_ body: () throws -> Void) throws -> [String] {
        let error = try #require(throws: JobError.self) { try body() }
        #expect(error.code == .invalidSpec)
        #expect(error.fields.allSatisfy { !$0.message.isEmpty })
        return error.fields.map(\.field)
    }

    // MARK: Changing a job

    @Test(
        arguments: [
            ("{}", JobChange()),
            (#"{"priority":7}"#, JobChange(priority: 7)),
            (#"{"queue":"slow"}"#, JobChange(queue: "slow")),
            (#"{"labels":{}}"#, JobChange(labels: [:])),
            (#"{"labels":{"a":"b"}}"#, JobChange(labels: ["a": "b"])),
            (#"{"not_before":null}"#, JobChange(notBefore: .some(nil))),
            (
                #"{"not_before":"1970-01-01T00:00:01Z","priority":-1}"#,
                JobChange(priority: -1, notBefore: Timestamp(microseconds: 1_000_000))
            ),
        ])
    func aChangeIsRead(json: String, change: JobChange) throws {
        #expect(try JobChange(json: Array(json.utf8)) == change)
    }

    @Test(
        arguments: [
            (#"{"priority":null}"#, ["priority"]),
            (#"{"queue":null}"#, ["queue"]),
            (#"{"labels":null}"#, ["labels"]),
            (#"{"priority":"7"}"#, ["priority"]),
            (#"{"priority":1000001}"#, ["priority"]),
            (#"{"queue":7}"#, ["queue"]),
            (#"{"not_before":"soon"}"#, ["not_before"]),
            (#"{"not_before":0}"#, ["not_before"]),
            (#"{"labels":{"a=":"b"}}"#, ["labels"]),
            (#"{"labels":{"a":1}}"#, ["labels.a"]),
            (#"{"labels":[]}"#, ["labels"]),
            // What is not among the things that can be changed.
            (#"{"command":"b"}"#, ["command"]),
            (#"{"name":"b","after":[1],"retry":{}}"#, ["after", "name", "retry"]),
        ] as [(String, [String])])
    func aChangeIsRefused(json: String, wrong: [String]) throws {
        #expect(try fields { _ = try JobChange(json: Array(json.utf8)) } == wrong)
    }

    // MARK: Signals

    @Test(
        arguments: [
            (#"{"signal":"USR1"}"#, 10, false),
            (#"{"signal":"sigusr1","tree":false}"#, 10, false),
            (#"{"signal":"HUP","tree":true}"#, 1, true),
            (#"{"signal":15,"tree":null}"#, 15, false),
        ] as [(String, Int32, Bool)])
    func aSignalIsRead(json: String, signal: Int32, tree: Bool) throws {
        let request = try SignalRequest(json: Array(json.utf8))
        #expect(request.signal == signal)
        #expect(request.isForTree == tree)
    }

    @Test(
        arguments: [
            (#"{}"#, ["signal"]),
            (#"{"tree":true}"#, ["signal"]),
            (#"{"signal":"NOPE"}"#, ["signal"]),
            (#"{"signal":0}"#, ["signal"]),
            (#"{"signal":65}"#, ["signal"]),
            (#"{"signal":"USR1","tree":"yes"}"#, ["tree"]),
            (#"{"signal":"USR1","grace_seconds":1}"#, ["grace_seconds"]),
        ] as [(String, [String])])
    func aSignalIsRefused(json: String, wrong: [String]) throws {
        #expect(try fields { _ = try SignalRequest(json: Array(json.utf8)) } == wrong)
    }

    @Test func aSignalOfNullIsSaidOnceToBeMissing() throws {
        #expect(
            try fields { _ = try SignalRequest(json: Array(#"{"signal":null}"#.utf8)) }
                == ["signal"])
    }

    // MARK: Queues

    @Test(
        arguments: [
            ("{}", QueueChange()),
            (#"{"slots":null,"paused":null,"resources":null}"#, QueueChange()),
            (#"{"slots":0}"#, QueueChange(slots: 0)),
            (#"{"slots":100000,"paused":true}"#, QueueChange(slots: 100_000, isPaused: true)),
            (#"{"resources":{}}"#, QueueChange(resources: [:])),
            (
                #"{"resources":{"gpu":["0","GPU-b","c"],"mem_gb":24,"_x9":0,"none":[]}}"#,
                QueueChange(resources: [
                    "gpu": .names(["0", "GPU-b", "c"]), "mem_gb": .count(24), "_x9": .count(0),
                    "none": .names([]),
                ])
            ),
        ])
    func aQueueIsRead(json: String, change: QueueChange) throws {
        #expect(try QueueChange(json: Array(json.utf8)) == change)
    }

    @Test(
        arguments: [
            (#"{"slots":-1}"#, ["slots"]),
            (#"{"slots":100001}"#, ["slots"]),
            (#"{"slots":1.5}"#, ["slots"]),
            (#"{"slots":"2"}"#, ["slots"]),
            (#"{"paused":1}"#, ["paused"]),
            (#"{"resources":["gpu"]}"#, ["resources"]),
            (#"{"resources":{"gpu":-1}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":1.5}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":"0"}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":null}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":{"a":1}}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":["0","0"]}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":["a,b"]}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":["a b"]}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":[""]}}"#, ["resources.gpu"]),
            (#"{"resources":{"gpu":[0]}}"#, ["resources.gpu"]),
            // It becomes part of a variable's name.
            (#"{"resources":{"":1}}"#, ["resources."]),
            (#"{"resources":{"9x":1}}"#, ["resources.9x"]),
            (#"{"resources":{"a-b":1}}"#, ["resources.a-b"]),
            (#"{"resources":{"a=b":1}}"#, ["resources.a=b"]),
            (#"{"resources":{"é":1}}"#, ["resources.é"]),
            (#"{"resources":{"gpu":1,"GPU":1,"Gpu2":1}}"#, ["resources.gpu"]),
            (#"{"slot":2,"slots":-1}"#, ["slots", "slot"]),
        ] as [(String, [String])])
    func aQueueIsRefused(json: String, wrong: [String]) throws {
        #expect(try fields { _ = try QueueChange(json: Array(json.utf8)) } == wrong)
    }

    @Test(arguments: [
        "a", "default", "A.b_c-9", "9", "_x", String(repeating: "q", count: 64),
    ])
    func isAQueuesName(name: String) throws {
        try Queue.checkName(name)
    }

    @Test(arguments: [
        "", ".", "..", ".a", "-", "-a", "a b", "a/b", "a\\b", "ä", "a\u{0}", "a\n", "a%20b", "a?",
        String(repeating: "q", count: 65),
    ])
    func isNoQueuesName(name: String) throws {
        let error = try #require(throws: JobError.self) { try Queue.checkName(name) }
        #expect(error.code == .invalidParameter)
    }

    // MARK: Pruning

    @Test func nothingIsAskedOfAPruneByDefault() throws {
        #expect(try PruneRequest(json: []).isEmpty)
        #expect(try PruneRequest(json: Array("{}".utf8)).isEmpty)
        #expect(
            try PruneRequest(json: Array(#"{"keep":null,"states":[],"queue":null}"#.utf8)).isEmpty)
    }

    @Test func whatIsToBePrunedCanBeSaid() throws {
        let request = try PruneRequest(
            json: Array(
                #"""
                {"older_than_seconds": 0.5, "keep": 0, "states": ["failed", "cancelled"],
                 "queue": "slow"}
                """#.utf8))
        #expect(request.age == 500_000)
        #expect(request.keep == 0)
        #expect(request.states == [.failed, .cancelled])
        #expect(request.queue == "slow")
        #expect(!request.isEmpty)
    }

    @Test(
        arguments: [
            (#"{"older_than_seconds":-1}"#, ["older_than_seconds"]),
            (#"{"older_than_seconds":"7d"}"#, ["older_than_seconds"]),
            (#"{"keep":-1}"#, ["keep"]),
            (#"{"keep":1.5}"#, ["keep"]),
            (#"{"states":"failed"}"#, ["states"]),
            (#"{"states":["running"]}"#, ["states"]),
            (#"{"states":["failed","queued",5]}"#, ["states"]),
            (#"{"queue":5}"#, ["queue"]),
            (#"{"older_than":5,"keep":"x"}"#, ["keep", "older_than"]),
        ] as [(String, [String])])
    func aPruneIsRefused(json: String, wrong: [String]) throws {
        #expect(try fields { _ = try PruneRequest(json: Array(json.utf8)) } == wrong)
    }

    // MARK: Nothing to say

    @Test(arguments: ["", "{}", " {\n} "])
    func nothingIsAccepted(text: String) throws {
        try EmptyRequest.check(Array(text.utf8))
    }

    @Test func somethingIsRefused() throws {
        #expect(try fields { try EmptyRequest.check(Array(#"{"force":true}"#.utf8)) } == ["force"])
    }

    static let notObjects = ["[]", "null", "7", "\"x\"", "x", "{", "{}{}"]

    @Test(arguments: notObjects)
    func whatIsNoObjectIsMalformed(text: String) throws {
        let bytes = Array(text.utf8)
        let readers: [([UInt8]) throws -> Void] = [
            { _ = try JobChange(json: $0) }, { _ = try SignalRequest(json: $0) },
            { _ = try QueueChange(json: $0) }, { _ = try PruneRequest(json: $0) },
            { try EmptyRequest.check($0) },
        ]
        for reader in readers {
            let error = try #require(throws: JobError.self) { try reader(bytes) }
            #expect(error.code == .malformedRequest)
        }
    }
}
