import HTTPTypes
import Hummingbird
import JobModel
import JobStore
import JobTestSupport
import Testing

@testable import JobHTTP

/// Who may do what, for every route that there is.
@Suite struct RouteAccessTests {
    /// Who asks.
    private enum Asker: CaseIterable {
        case unknown, read, own, other, admin

        var principal: Principal? {
            switch self {
            case .unknown: nil
            case .read: Principal(.token("reader"), .read)
            case .own: Principal(RouteAccessTests.owner, .submit)
            case .other: Principal(.token("stranger"), .submit)
            case .admin: Principal(.user(0), .admin)
            }
        }
    }

    /// The statuses of one route, by who asks.
    private struct Expected {
        let route: String
        /// Nobody knows who it is.
        let unknown: Int
        /// Sees all.
        let read: Int
        /// It is about a job of theirs, or about none.
        let own: Int
        /// It is about somebody else's job.
        let other: Int
        let admin: Int
        var body = ""

        init(
            _ route: String, unknown: Int = 401, read: Int, own: Int, other: Int, admin: Int,
            body: String = ""
        ) {
            self.route = route
            self.unknown = unknown
            self.read = read
            self.own = own
            self.other = other
            self.admin = admin
            self.body = body
        }

        func status(_ asker: Asker) -> Int {
            switch asker {
            case .unknown: unknown
            case .read: read
            case .own: own
            case .other: other
            case .admin: admin
            }
        }
    }

    /// Each request is about a job that waits in a queue: a 409 was let through.
    private static let table = [
        Expected("GET /health", unknown: 200, read: 200, own: 200, other: 200, admin: 200),
        Expected("GET /ready", read: 200, own: 200, other: 200, admin: 200),

        Expected("GET /jobs", read: 200, own: 200, other: 200, admin: 200),
        Expected(
            "POST /jobs", read: 403, own: 201, other: 201, admin: 201,
            body: #"{"command":["true"]}"#),
        Expected(
            "POST /jobs/batch", read: 403, own: 201, other: 201, admin: 201,
            body: #"{"jobs":[{"command":["true"]}]}"#),
        Expected("GET /jobs/{id}", read: 200, own: 200, other: 404, admin: 200),
        Expected("DELETE /jobs/{id}", read: 403, own: 409, other: 404, admin: 409),
        Expected(
            "PATCH /jobs/{id}", read: 403, own: 200, other: 404, admin: 200,
            body: #"{"priority":3}"#),
        Expected("GET /jobs/{id}/attempts", read: 200, own: 200, other: 404, admin: 200),
        Expected("GET /jobs/{id}/progress", read: 200, own: 200, other: 404, admin: 200),
        Expected("GET /jobs/{id}/output", read: 200, own: 200, other: 404, admin: 200),
        Expected("POST /jobs/{id}/cancel", read: 403, own: 200, other: 404, admin: 200),
        Expected("POST /jobs/{id}/pause", read: 403, own: 409, other: 404, admin: 409),
        Expected("POST /jobs/{id}/resume", read: 403, own: 409, other: 404, admin: 409),
        Expected("POST /jobs/{id}/retry", read: 403, own: 409, other: 404, admin: 409),
        Expected(
            "POST /jobs/{id}/signal", read: 403, own: 409, other: 404, admin: 409,
            body: #"{"signal":"USR1"}"#),
        Expected("POST /jobs/{id}/stdin", read: 403, own: 200, other: 404, admin: 200),

        Expected("GET /events", read: 200, own: 200, other: 200, admin: 200),

        Expected("GET /definitions", read: 200, own: 200, other: 200, admin: 200),
        Expected("GET /definitions/{name}", read: 404, own: 404, other: 404, admin: 404),

        Expected("GET /queues", read: 200, own: 200, other: 200, admin: 200),
        Expected("GET /queues/{name}", read: 200, own: 200, other: 200, admin: 200),
        Expected(
            "PUT /queues/{name}", read: 403, own: 403, other: 403, admin: 200,
            body: #"{"slots":3}"#),
        Expected("DELETE /queues/{name}", read: 403, own: 403, other: 403, admin: 204),

        Expected("POST /prune", read: 403, own: 403, other: 403, admin: 200),
    ]

    private static let owner = Identity.token("owner")

    private func path(_ route: String, _ fixture: RoutesFixture) async throws -> String {
        let id = try await fixture.submit(by: Self.owner).id
        _ = try await fixture.store.setQueue("spare", QueueChange(slots: 1))
        return route.replacing("{id}", with: "\(id)").replacing("{name}", with: "spare")
    }

    @Test func everyRouteIsOpenToWhomItShouldBe() async throws {
        let fixture = try await RoutesFixture()
        let known = Dictionary(uniqueKeysWithValues: Self.table.map { ($0.route, $0) })
        var seen: Set<String> = []
        for route in fixture.routes {
            // HEAD is GET without its body.
            let method = route.method == .head ? HTTPRequest.Method.get : route.method
            let name = "\(method.rawValue) \(route.path)"
            seen.insert(name)
            for asker in Asker.allCases {
                let path = try await path(route.path, fixture)
                let body = known[name]?.body ?? ""
                let response = try await fixture.request(
                    route.method, path, as: asker.principal, body)
                // What is not in the table is not served at all.
                #expect(
                    response.status.code == known[name]?.status(asker) ?? 405,
                    "\(route.method) \(route.path) as \(asker)")
            }
        }
        let gone = Set(known.keys).subtracting(seen)
        #expect(gone.isEmpty, "there is no route \(gone)")
    }

    /// Of a job of somebody else nobody learns more than of one that never was:
    /// neither by what is said nor by what is looked at first.
    @Test(arguments: ["", "{}", "{", #"{"signal":"nonsense"}"#])
    func aHiddenJobIsNotThere(body: String) async throws {
        let fixture = try await RoutesFixture()
        let stranger = Principal(.token("stranger"), .submit)
        let hidden = try await fixture.submit(by: Self.owner).id
        let missing = 9_999_999
        var count = 0
        for expected in Self.table where expected.route.contains("{id}") {
            let words = expected.route.split(separator: " ").map(String.init)
            let method = try #require(HTTPRequest.Method(words[0]))
            func ask(_ id: String, _ query: String) async throws -> RoutesFixture.Answer {
                var answer = try await fixture.answer(
                    method, words[1].replacing("{id}", with: id) + query, as: stranger, body)
                answer.body = answer.body.replacing(id, with: "ID")
                return answer
            }
            for query in ["", "?after=9999999", "?attempt=7", "?close=maybe", "?limit=none"] {
                let there = try await ask("\(hidden)", query)
                let gone = try await ask("\(missing)", query)
                #expect(there == gone, "\(expected.route)\(query)")
                #expect(there.status == 404 && there.body.contains("job_not_found"))
                count += 1
            }
        }
        #expect(count > 50)
        #expect(try await fixture.store.job(hidden)?.state == .queued)
    }

    @Test func whatIsListedIsOnesOwn() async throws {
        let fixture = try await RoutesFixture()
        let mine = try await fixture.submit(by: Self.owner) { $0.name = "mine" }
        let theirs = try await fixture.submit(by: .token("other")) { $0.name = "theirs" }
        let paths = [
            "/jobs", "/jobs?limit=1", "/jobs?name=theirs", "/jobs?q=theirs", "/jobs?state=queued",
            "/jobs?before=999", "/events?after=0", "/events?after=0&state=queued",
            "/events?after=0&queue=default",
        ]
        let page: HTTPFields = [.accept: "application/json"]
        for path in paths {
            let own = try await fixture.answer(
                .get, path, as: Principal(Self.owner, .submit), headers: page)
            #expect(own.status == 200)
            for mark in [#""theirs""#, #""job":\#(theirs.id),"#, "token:other"] {
                #expect(!own.body.contains(mark), "\(path): \(own.body)")
            }
            for role in [Role.read, .admin] {
                let all = try await fixture.answer(
                    .get, path, as: Principal(.user(0), role), headers: page)
                #expect(
                    all.body.contains(#""theirs""#) || all.body.contains(#""job":\#(theirs.id),"#),
                    "\(path): \(all.body)")
            }
        }
        let job = try await fixture.answer(
            .get, "/jobs/\(mine.id)", as: Principal(Self.owner, .submit))
        #expect(job.body.contains(#""owner":"token:owner""#))
    }

    @Test func aListCanBeThatOfAnOwner() async throws {
        let fixture = try await RoutesFixture()
        let mine = try await fixture.submit(by: Self.owner)
        for _ in 0..<3 { _ = try await fixture.submit(by: .token("other")) }
        func list(_ query: String, _ who: Principal) async throws -> RoutesFixture.Answer {
            try await fixture.answer(.get, "/jobs?\(query)", as: who)
        }
        let admin = Principal(.user(0), .admin)
        let found = try await list("owner=token:owner", admin)
        #expect(found.body.contains(#""id":\#(mine.id),"#) && !found.body.contains("token:other"))
        let paged = try await list("owner=token%3Aother&limit=2", admin)
        #expect(paged.body.contains("/jobs?owner=token%3Aother&limit=2&before="), "\(paged.body)")
        #expect(try await list("owner=anybody", admin).status == 400)
        let submitter = Principal(Self.owner, .submit)
        #expect(try await list("owner=token:owner", submitter).status == 200)
        // Whether there are any is not said.
        for owner in ["token:other", "token:nobody", "user:0"] {
            #expect(try await list("owner=\(owner)", submitter).status == 403)
        }
        let events = try await fixture.answer(
            .get, "/events?after=0&owner=token:owner", as: admin,
            headers: [.accept: "application/json"])
        #expect(events.body.contains(#""job":\#(mine.id),"#))
        #expect(!events.body.contains("token:other"))
    }

    @Test func aJobOfSomebodyElseCannotBeWaitedFor() async throws {
        let fixture = try await RoutesFixture()
        let theirs = try await fixture.submit(by: .token("other")).id
        let who = Principal(Self.owner, .submit)
        for (path, body) in [
            ("/jobs", #"{"command":["true"],"after":[ID]}"#),
            ("/jobs/batch", #"{"jobs":[{"command":["true"],"after":[ID]}]}"#),
        ] {
            func submit(_ id: String) async throws -> RoutesFixture.Answer {
                var answer = try await fixture.answer(
                    .post, path, as: who, body.replacing("ID", with: id))
                answer.body = answer.body.replacing("job \(id),", with: "job ID,")
                return answer
            }
            let hidden = try await submit("\(theirs)")
            #expect(hidden.status == 422)
            #expect(hidden == (try await submit("9999999")))
            let admin = try await fixture.answer(
                .post, path, as: Principal(.user(0), .admin),
                body.replacing("ID", with: "\(theirs)"))
            #expect(admin.status == 201)
        }
    }

    // MARK: Definitions

    @Test func whoIsLimitedToDefinitionsRunsNothingElse() async throws {
        let fixture = try await RoutesFixture()
        let who = Principal(Self.owner, .submit, definitions: ["transcode"])
        let command = #"{"command":["true"]}"#
        let refused = try await fixture.answer(.post, "/jobs", as: who, command)
        #expect(refused.status == 403 && refused.body.contains("definition"))
        let batch = try await fixture.answer(
            .post, "/jobs/batch", as: who, #"{"jobs":[\#(command)]}"#)
        #expect(batch.status == 403)
        #expect(try await fixture.store.jobCounts().isEmpty)

        let raw = try await fixture.submit(by: Self.owner).id
        let allowed = try await fixture.submit(by: Self.owner) {
            $0.definition = DefinitionUse(name: "transcode")
        }.id
        let other = try await fixture.submit(by: Self.owner) {
            $0.definition = DefinitionUse(name: "restart")
        }.id
        for (id, status) in [(raw, 403), (allowed, 200), (other, 403)] {
            for path in ["cancel", "retry"] {
                let answer = try await fixture.answer(.post, "/jobs/\(id)/\(path)", as: who)
                #expect(answer.status == (path == "cancel" ? 200 : status), "\(path) \(id)")
            }
        }
        for (body, status) in [
            (#"{"queue":"default"}"#, 403), (#"{"priority":1}"#, 403),
            (#"{"labels":{"a":"b"}}"#, 200),
        ] {
            let answer = try await fixture.answer(.patch, "/jobs/\(allowed)", as: who, body)
            #expect(answer.status == status, "\(body)")
        }
    }

    @Test func onlyAnAdministratorChoosesTheUser() throws {
        var spec = JobSpec(command: .shell("true"), runAs: RunAs(user: "media"))
        #expect(throws: JobError.self) { try Principal(.user(1), .submit).checkMayRun(spec) }
        try Principal(.user(1), .admin).checkMayRun(spec)
        // The definition's choice is its administrator's.
        spec.definition = DefinitionUse(name: "transcode")
        try Principal(.user(1), .submit).checkMayRun(spec)
    }

    @Test func aKeyIsOnesOwn() async throws {
        let fixture = try await RoutesFixture()
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        func submit(by owner: Identity) async throws -> RoutesFixture.Answer {
            try await fixture.answer(
                .post, "/jobs", as: Principal(owner, .submit), #"{"command":["true"]}"#,
                headers: [name: "nightly"])
        }
        #expect(try await submit(by: Self.owner).status == 201)
        #expect(try await submit(by: .token("other")).status == 201)
        #expect(try await submit(by: Self.owner).status == 200)
        #expect(try await fixture.store.jobCounts() == [.queued: 2])
    }
}
