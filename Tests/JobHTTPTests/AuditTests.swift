import HTTPTypes
import JobModel
import JobStore
import JobTestSupport
import NIOCore
import Testing

@testable import JobHTTP

/// What the log says of who did what, and of who was not let in.
@Suite struct AuditTests {
    private let admin = Principal(.token("boss"), .admin)

    @Test func everyWriteIsALine() async throws {
        let fixture = try await RoutesFixture()
        _ = try await fixture.store.setQueue("spare", QueueChange(slots: 1))
        let id = try await fixture.submit(by: .token("other")).id
        let calls: [(HTTPRequest.Method, String, String)] = [
            (.post, "/jobs", #"{"command":["marker"],"name":"copy","env":{"A":"marker"}}"#),
            (.post, "/jobs/batch", #"{"jobs":[{"command":["a"]},{"command":["b"]}]}"#),
            (.patch, "/jobs/\(id)", #"{"priority":3}"#), (.post, "/jobs/\(id)/stdin?close=1", ""),
            (.post, "/jobs/\(id)/cancel", ""), (.post, "/jobs/\(id)/retry", ""),
            (.put, "/queues/spare", #"{"slots":3}"#), (.delete, "/queues/spare", ""),
            (.post, "/prune", ""),
        ]
        for (method, path, body) in calls {
            let answer = try await fixture.answer(method, path, as: admin, body)
            #expect(answer.status < 300, "\(method) \(path): \(answer.body)")
        }
        let rest = "by=token:boss from=127.0.0.1"
        #expect(
            fixture.records.all == [
                "info Job submitted: \(rest) job=2 name=copy",
                "info Jobs submitted: \(rest) jobs=3-4",
                "info Job changed: \(rest) job=1", "info Input of job closed: \(rest) job=1",
                "info Job cancelled: \(rest) job=1", "info Job run again: \(rest) job=1",
                "info Queue set: \(rest) queue=spare", "info Queue removed: \(rest) queue=spare",
                "info Jobs pruned: \(rest.replacing(" from", with: " count=0 from"))",
            ])
    }

    @Test func readingIsNoLine() async throws {
        let fixture = try await RoutesFixture()
        for path in ["/jobs", "/queues", "/ready", "/health", "/jobs/7"] {
            _ = try await fixture.answer(.get, path, as: admin)
        }
        #expect(fixture.records.all.isEmpty)
    }

    @Test func aDeletionAndTheEventsOfARunAreLines() async throws {
        let fixture = try await RoutesFixture()
        let id = try await fixture.submit(by: .anyone).id
        try await fixture.store.setDefaultSlots(1, ofQueue: "default")
        _ = try await fixture.store.claim(bootID: "boot", limit: 1)
        for (path, body) in [
            ("pause", ""), ("resume", ""), ("signal", #"{"signal":"USR1"}"#),
        ] {
            _ = try await fixture.answer(.post, "/jobs/\(id)/\(path)", as: admin, body)
        }
        try await fixture.store.finish(
            AttemptID(job: id, number: 1),
            with: Outcome(
                state: .succeeded, exitCode: 0,
                time: Timestamp(microseconds: 1_795_335_331_000_000)),
            readings: [], consumed: 0)
        #expect(try await fixture.answer(.delete, "/jobs/\(id)", as: admin).status == 204)
        #expect(
            fixture.records.all.map { $0.prefix { $0 != ":" } } == [
                "info Job paused", "info Job resumed", "info Signal sent to job",
                "info Job deleted",
            ])
    }

    // MARK: Who was not let in

    @Test func aFloodOfDenialsIsTwoLines() async throws {
        let fixture = try await RoutesFixture()
        let reader = Principal(.token("r"), .read)
        for _ in 0..<50 {
            _ = try await fixture.request(.post, "/prune", as: reader)
            _ = try await fixture.request(.get, "/jobs", as: nil)
            _ = try await fixture.request(.get, "/jobs", as: nil, from: "10.0.0.9")
        }
        let first = fixture.records.all
        #expect(first.count == 3)
        #expect(first.allSatisfy { $0.hasPrefix("notice Request denied: ") }, "\(first)")
        #expect(first[0].contains("path=/prune") && first[0].contains("status=403"))
        #expect(first[0].contains("token:r has the role read"))
        await fixture.advanceTime(by: Denials.window)
        let more = fixture.records.all.dropFirst(3)
        #expect(
            more.sorted() == [
                "notice More requests were denied within a minute: count=49 from=10.0.0.9 "
                    + "status=401",
                "notice More requests were denied within a minute: count=49 from=127.0.0.1 "
                    + "status=401",
                "notice More requests were denied within a minute: count=49 from=127.0.0.1 "
                    + "status=403",
            ])
        // The next one is the first again; and one alone has nothing to be added.
        _ = try await fixture.request(.get, "/jobs", as: nil)
        #expect(fixture.records.all.count == 7)
        await fixture.advanceTime(by: Denials.window)
        #expect(fixture.records.all.count == 7)
    }

    @Test func aFloodFromEverywhereIsBounded() async throws {
        let fixture = try await RoutesFixture()
        for number in 0..<1000 {
            _ = try await fixture.request(
                .get, "/jobs", as: nil, from: "10.1.\(number / 250).\(number % 250)")
        }
        #expect(fixture.records.all.count == Denials.mostKinds + 1)
        await fixture.advanceTime(by: Denials.window)
        #expect(fixture.records.all.count == Denials.mostKinds + 2)
        #expect(
            fixture.records.all.last?.contains("count=\(1000 - Denials.mostKinds - 1)") == true)
    }
}
