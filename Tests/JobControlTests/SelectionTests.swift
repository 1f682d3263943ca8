import ArgumentParser
import JobAPI
import JobClient
import Testing

@testable import JobControl

/// Which jobs a verb is about.
@Suite struct SelectionTests {
    @Test(
        arguments: [
            ("42", [42...42]), ("3-7", [3...7]), ("3,5,9-12", [3...3, 5...5, 9...12]),
            ("5-5", [5...5]), ("9223372036854775807", [.max ... .max]),
        ] as [(String, [ClosedRange<Int64>])])
    func groups(_ text: String, _ ranges: [ClosedRange<Int64>]) {
        #expect(IDGroup(argument: text)?.ranges == ranges)
    }

    @Test(arguments: [
        "", "0", "-3", "3-", "7-3", "3,", ",3", "3,,5", "3--7", "3-7-9", "a", "+3", "3 5", "1.5",
        "9223372036854775808",
    ])
    func noGroups(_ text: String) {
        #expect(IDGroup(argument: text) == nil)
    }

    @Test(
        arguments: [
            ["wait"], ["wait", "3", "--all"], ["cancel", "3", "--queue", "q"],
            ["cancel", "--state", "fled"],
        ])
    func refused(_ words: [String]) {
        #expect(throws: (any Error).self) { try Jobctl.parseAsRoot(words) }
    }

    private func state(_ words: [String], _ concern: Concern) throws -> String? {
        try JobSelection.parse(words).query(for: concern).state
    }

    @Test func filtersAreAboutTheJobsThatMakeSense() throws {
        #expect(try state(["--all"], .unfinished) == "waiting,queued,running,paused")
        #expect(try state(["--all"], .only([.paused])) == "paused")
        #expect(try state(["--state", "queued,failed"], .unfinished) == "queued")
        #expect(
            try state(["--state", "failed", "--state", "queued"], .following) == "failed,queued")
        #expect(throws: Trouble.self) { try state(["--state", "failed"], .unfinished) }
        let query = try JobSelection.parse([
            "--queue", "q", "--name", "n", "--label", "a=b", "--label", "c=d",
        ]).query(for: .finished)
        var expected = JobQuery(state: "succeeded,failed,cancelled", queue: "q", name: "n")
        expected.labels = ["a": "b", "c": "d"]
        #expect(query == expected)
    }

    /// A page with the jobs that there are, as a daemon answers a listing.
    private static func page(_ request: ScriptedDaemon.Request, of ids: [Int]) -> String {
        func number(_ name: String) -> Int? {
            request.target.firstRange(of: "\(name)=").flatMap { range in
                Int(request.target[range.upperBound...].prefix { $0.isNumber })
            }
        }
        let before = number("before") ?? .max
        let limit = number("limit") ?? 50
        let older = ids.filter { $0 < before }.sorted(by: >)
        let shown = older.prefix(limit)
        let next =
            shown.count < older.count
            ? "\"/jobs?limit=\(limit)&before=\(shown.last ?? 0)\"" : "null"
        let jobs = shown.map { Samples.document($0) }.joined(separator: ",")
        return #"{"jobs":[\#(jobs)],"next":\#(next)}"#
    }

    @Test func aRangeTakesWhatThereIs() async throws {
        let there = Array(1...5) + [8, 9] + Array(20...2400)
        try await ScriptedDaemon.withClient { request in
            .ok(Self.page(request, of: there))
        } _: { client, daemon in
            let lookup = JobLookup(client: client)
            func ids(_ text: String) async throws -> [Int64] {
                try await lookup.ids(in: [try #require(IDGroup(argument: text))])
            }
            let four = try await ids("4-9")
            #expect(four == [4, 5, 8, 9])
            // A single one is taken at its word, and nothing twice.
            let some = try await ids("9,7,8-10,9")
            #expect(some == [9, 7, 8])
            let open = try await ids("5-9223372036854775807")
            #expect(open.count == 2384)
            let many = try await ids("2-2100")
            #expect(many == [2, 3, 4, 5, 8, 9] + Array(20...2100))
            let error = await #expect(throws: Trouble.self) { try await ids("10-19") }
            #expect(error?.message == "there is no job from 10 to 19")
            #expect(daemon.lines.first == "GET /jobs?limit=6&before=10")
        }
    }

    @Test func aFilterTakesAllPages() async throws {
        try await ScriptedDaemon.withClient { request in
            .ok(Self.page(request, of: Array(1...2500)))
        } _: { client, daemon in
            let ids = try await JobSelection.parse(["--queue", "q"])
                .resolved(for: .finished, by: client)
            #expect(ids == Array(1...2500))
            #expect(
                daemon.lines.first
                    == "GET /jobs?state=succeeded%2Cfailed%2Ccancelled&queue=q&limit=1000")
            #expect(daemon.lines.count == 3)
        }
    }
}
