import Foundation
import Glibc
import JobTestSupport
import Testing

/// Short ways to say what tests of the control calls say often.
extension DaemonFixture {
    /// Sends a request whose body is `object` and reads JSON.
    func send(
        _ method: String, _ path: String, _ object: [String: Any]? = nil,
        headers: [String: String] = [:]
    ) throws -> (status: Int, object: [String: Any]) {
        try json(method, path, headers, body: try object.map(Self.text))
    }

    /// JSON, always the same for the same object.
    static func text(_ object: [String: Any]) throws -> String {
        String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys),
            as: UTF8.self)
    }

    /// A job as it is.
    func job(_ id: Int) throws -> [String: Any] {
        let (status, job) = try json("GET", "/jobs/\(id)")
        guard status == 200 else {
            throw UnexpectedAnswer(description: "job \(id) gave \(status): \(job)")
        }
        return job
    }

    /// A job's state.
    func state(_ id: Int) throws -> String {
        try job(id)["state"] as? String ?? ""
    }

    /// Waits until a job is in `state`, and gives the job.
    @discardableResult
    func reached(_ state: String, _ id: Int) throws -> [String: Any] {
        var job: [String: Any] = [:]
        try waitUntil("job \(id) is \(state)") {
            job = try self.job(id)
            return job["state"] as? String == state
        }
        return job
    }

    /// What an attempt has written, the newest one unless another is asked for.
    func output(_ id: Int, attempt: Int? = nil) throws -> String {
        let query = attempt.map { "?attempt=\($0)" } ?? ""
        return String(
            decoding: try request("GET", "/jobs/\(id)/output\(query)").body, as: UTF8.self)
    }

    /// Waits until what a job has written contains `text`.
    func wrote(_ text: String, _ id: Int) throws {
        try waitUntil("job \(id) has written '\(text)'") { try output(id).contains(text) }
    }

    /// A job's attempts.
    func attempts(_ id: Int) throws -> [[String: Any]] {
        try json("GET", "/jobs/\(id)/attempts").object["attempts"] as? [[String: Any]] ?? []
    }

    /// Makes or changes a queue.
    @discardableResult
    func putQueue(_ name: String, _ change: [String: Any]) throws -> [String: Any] {
        let (status, queue) = try send("PUT", "/queues/\(name)", change)
        guard status == 200 || status == 201 else {
            throw UnexpectedAnswer(description: "queue \(name) gave \(status): \(queue)")
        }
        return queue
    }

    /// Submits a job that waits until its gate, a file, is there. It says `ready`
    /// before, and then does `then`.
    func submitGated(
        _ gate: String, then: String = ":", before: String = ":", _ more: [String: Any] = [:]
    ) throws -> Int {
        var spec = more
        spec["command"] =
            "\(before); echo ready; while [ ! -e \(self.gate(gate)) ]; do sleep 0.02; done; \(then)"
        return try submit(spec)
    }

    /// The path of a gate.
    func gate(_ name: String) -> String { "\(directory)/gate-\(name)" }

    /// Lets the jobs go on that wait at a gate.
    func open(gate name: String) { touch(gate(name)) }

    /// Sends bytes to a job's input.
    func sendInput(
        _ id: Int, _ bytes: [UInt8], query: String = "",
        type: String? = "application/octet-stream"
    ) throws -> (status: Int, object: [String: Any]) {
        let connection = try TestConnection(address, patienceSeconds: patienceSeconds)
        try connection.send(
            "POST", "/jobs/\(id)/stdin\(query)", type.map { ["Content-Type": $0] } ?? [:],
            body: bytes)
        let head = try connection.head()
        let body = try connection.body(head)
        return (
            head.status,
            try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
        )
    }

    /// Expects a request to be refused: with a status and a code, naming these
    /// fields.
    func expectRefusal(
        _ method: String, _ path: String, _ body: [String: Any]? = nil,
        headers: [String: String] = [:], status: Int, code: String, fields: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (given, problem) = try send(method, path, body, headers: headers)
        expectProblem(
            given, problem, status: status, code: code, fields: fields, "\(method) \(path)",
            sourceLocation: sourceLocation)
    }

    /// The processes of a job, its supervisors not among them.
    func processes(_ id: Int) -> [pid_t] {
        remnants().filter { belongs($0, to: id) && programName($0) != "jobd-supervise" }
    }

    /// How many supervisors there are.
    func supervisors() -> Int {
        remnants().count { programName($0) == "jobd-supervise" }
    }

    /// Kills a job's supervisor.
    func killSupervisor(_ id: Int) {
        for pid in remnants() where belongs(pid, to: id) && programName(pid) == "jobd-supervise" {
            _ = Glibc.kill(pid, SIGKILL)
        }
    }

    private func belongs(_ pid: pid_t, to id: Int) -> Bool {
        let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ")
        return environment?.range(of: Data("JOBD_JOB_ID=\(id)\0".utf8)) != nil
    }
}

/// An answer with which a test cannot go on.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let description: String
}

/// Expects an answer to be this problem, told about these fields.
func expectProblem(
    _ status: Int, _ problem: [String: Any], status expected: Int, code: String,
    fields: [String] = [], _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(status == expected, "\(what): \(problem)", sourceLocation: sourceLocation)
    #expect(
        problem["code"] as? String == code, "\(what): \(problem)", sourceLocation: sourceLocation)
    #expect(problem["status"] as? Int == expected, "\(what)", sourceLocation: sourceLocation)
    #expect(
        (problem["detail"] as? String)?.isEmpty == false, "\(what)", sourceLocation: sourceLocation)
    let errors = problem["errors"] as? [[String: Any]] ?? []
    #expect(
        errors.compactMap { $0["field"] as? String } == fields, "\(what): \(problem)",
        sourceLocation: sourceLocation)
}

/// The name of a process's program.
func programName(_ pid: pid_t) -> String {
    // A process that is gone, or a kernel's own, has none.
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
    return (path as NSString?)?.lastPathComponent ?? ""
}

/// The letter of a process's state (proc_pid_stat(5)): `T` when it stands still;
/// nil when it is gone.
func processState(_ pid: pid_t) -> Character? {
    let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    // The name in parentheses may hold anything; the state comes after it.
    guard let stat, let end = stat.lastIndex(of: ")") else { return nil }
    return stat[end...].dropFirst(2).first
}

/// A moment as the API writes it, in seconds since 1970.
func seconds(_ time: Any?) -> Double? {
    guard let text = time as? String else { return nil }
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    return (try? style.parse(text))?.timeIntervalSince1970
}
