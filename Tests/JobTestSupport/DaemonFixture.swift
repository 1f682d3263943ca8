import Foundation
package import Glibc

/// A daemon of a test's own: a fresh state directory, a free port, and nothing
/// left when the test is over.
package final class DaemonFixture {
    package let directory: String
    /// Beyond `--state-dir` and `--listen`.
    package var arguments: [String]
    /// Whether the daemon asks for tokens, as it does by itself. Most tests are about
    /// something else.
    package var asksForTokens = false
    /// What requests are sent with, unless they say who asks themselves.
    package var bearer: String?
    /// How long an answer may take, in seconds.
    package var patienceSeconds = 30
    /// How many files the daemon may have open; nil for as many as the tests.
    package var openFiles: Int?
    /// What the shell does that becomes the daemon.
    package var prelude = ""
    /// What that shell runs in: `unshare -Ur`.
    package var wrapper: [String] = []
    /// How many files it may have open as long as it does not ask for more.
    package var softOpenFiles: Int?
    package private(set) var daemon: ChildProcess?
    private var port = 0

    package var state: String { "\(directory)/state" }
    package var log: String { "\(directory)/log" }
    /// Where jobs that run as somebody else tell progress.
    package var foreignProgress: String {
        var status = stat()
        guard stat(state, &status) == 0 else { return "" }
        return "/run/jobd-progress/\(status.st_dev)-\(status.st_ino)"
    }
    package var address: String { "http://127.0.0.1:\(port)" }
    package var socket: String { "unix:\(state)/jobd.sock" }

    /// The token that the daemon has made by itself.
    package var token: String {
        get throws {
            try String(contentsOfFile: "\(state)/token", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        }
    }

    /// Starts a daemon, gives it to `body`, and removes all of it.
    ///
    /// - Parameter asksForTokens: whether it does, or takes everything from everybody.
    package static func with(
        _ arguments: [String] = [], environment: [String: String] = [:],
        asksForTokens: Bool = false, _ body: (DaemonFixture) throws -> Void
    ) throws {
        let fixture = try DaemonFixture(arguments, environment)
        fixture.asksForTokens = asksForTokens
        defer { fixture.tearDown() }
        try fixture.start()
        do {
            try body(fixture)
        } catch {
            print(
                "The daemon's log:\n\((try? String(contentsOfFile: fixture.log, encoding: .utf8)) ?? "")"
            )
            throw error
        }
    }

    private let environment: [String: String]

    package init(_ arguments: [String] = [], _ environment: [String: String] = [:]) throws {
        self.arguments = arguments
        self.environment = environment
        var template = Array("/tmp/jobd-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TestConnection.Failure(description: "mkdtemp: \(errno)")
        }
        directory = String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    // MARK: Starting and stopping

    /// Starts the daemon, on the port it had before, and waits until it answers.
    package func start() throws {
        try? FileManager.default.removeItem(atPath: "\(state)/address")
        let daemon = try spawn(["--listen", "127.0.0.1:\(port)"])
        self.daemon = daemon
        try waitUntil("the daemon listens") {
            if !daemon.isRunning {
                throw TestConnection.Failure(description: "the daemon exited with \(daemon.wait())")
            }
            let text = try? String(contentsOfFile: "\(state)/address", encoding: .utf8)
            guard let line = text?.split(separator: "\n").first,
                let found = line.split(separator: ":").last.flatMap({ Int($0) })
            else { return false }
            port = found
            return true
        }
    }

    /// Starts the daemon where it was before, and waits until it answers, though it
    /// may not be able to write where it listens.
    package func startOnFullDisk() throws {
        let daemon = try spawn(["--listen", "127.0.0.1:\(port)"])
        self.daemon = daemon
        try waitUntil("the daemon answers") {
            if !daemon.isRunning {
                throw TestConnection.Failure(description: "the daemon exited with \(daemon.wait())")
            }
            return (try? json("GET", "/health").status) == 200
        }
    }

    /// Starts a daemon with the fixture's state and arguments, and does not wait.
    package func spawn(_ more: [String] = []) throws -> ChildProcess {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("JOBD_") }
        variables.merge(environment) { $1 }
        let access = asksForTokens ? [] : ["--no-auth"]
        let words =
            [Binaries.path("jobd"), "serve", "--state-dir", state] + access + more + arguments
        // setrlimit(2) by way of a shell, since posix_spawn(3) cannot.
        var limit = openFiles.map { "ulimit -n \($0); " } ?? ""
        if let softOpenFiles { limit += "ulimit -Sn \(softOpenFiles); " }
        return try ChildProcess(
            "/usr/bin/env",
            wrapper + [
                "/bin/sh", "-c", limit + (prelude.isEmpty ? "exec " : prelude) + " \"$@\"", "sh",
            ] + words,
            environment: variables, output: log, errors: log)
    }

    /// Kills the daemon without warning.
    package func kill() {
        daemon?.signal(SIGKILL)
        daemon?.wait()
    }

    /// Kills it and starts the next one.
    package func killAndRestart() throws {
        kill()
        try start()
    }

    /// Asks it to stop; its exit code.
    package func stop() -> CInt {
        daemon?.signal(SIGTERM)
        return daemon?.wait() ?? -1
    }

    /// Ends the daemon and its jobs, and removes their files.
    package func tearDown() {
        kill()
        // What jobs are left is found by the mark that jobd gives them.
        for pid in remnants() { _ = Glibc.kill(pid, SIGKILL) }
        if !foreignProgress.isEmpty {
            try? FileManager.default.removeItem(atPath: foreignProgress)
        }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Processes that belong to this daemon's jobs, supervisors among them.
    package func remnants() -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let places = [state, foreignProgress].filter { !$0.isEmpty }
            .map { Data("JOBD_PROGRESS=\($0)/".utf8) }
        return names.compactMap { pid_t($0) }.filter { pid in
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else {
                return false
            }
            return places.contains { data.range(of: $0) != nil }
        }
    }

    // MARK: Talking to it

    /// Sends a request on a connection of its own.
    package func request(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: String? = nil,
        to address: String? = nil
    ) throws -> (head: TestConnection.Head, body: [UInt8]) {
        let connection = try TestConnection(
            address ?? self.address, patienceSeconds: patienceSeconds)
        var headers = headers
        if body != nil, headers["Content-Type"] == nil {
            headers["Content-Type"] = "application/json"
        }
        if let bearer, headers["Authorization"] == nil {
            headers["Authorization"] = "Bearer \(bearer)"
        }
        try connection.send(method, path, headers, body: Array((body ?? "").utf8))
        let head = try connection.head()
        let hasBody = method != "HEAD" && head.status != 204
        return (head, hasBody ? try connection.body(head) : [])
    }

    /// Sends a request and reads JSON.
    package func json(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: String? = nil
    ) throws -> (status: Int, object: [String: Any]) {
        let (head, body) = try request(method, path, headers, body: body)
        let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return (head.status, object ?? [:])
    }

    /// Submits a job and gives its id.
    package func submit(_ spec: [String: Any]) throws -> Int {
        let body = String(
            decoding: try JSONSerialization.data(withJSONObject: spec), as: UTF8.self)
        let (status, job) = try json("POST", "/jobs", body: body)
        guard status == 201, let id = job["id"] as? Int else {
            throw TestConnection.Failure(description: "submit gave \(status): \(job)")
        }
        return id
    }

    /// Waits for a job's end and gives the job.
    @discardableResult
    package func finished(_ id: Int) throws -> [String: Any] {
        var job: [String: Any] = [:]
        try waitUntil("job \(id) is finished") {
            job = try json("GET", "/jobs/\(id)").object
            return job["finished_at"] is String
        }
        return job
    }

    /// All events of a job, from its pages.
    package func events(of id: Int) throws -> [[String: Any]] {
        var events: [[String: Any]] = []
        var after = 0
        while true {
            let page = try json(
                "GET", "/jobs/\(id)/progress?after=\(after)&limit=1000",
                ["Accept": "application/json"]
            ).object
            events += page["events"] as? [[String: Any]] ?? []
            guard let next = page["next_after"] as? Int, next > after else { return events }
            after = next
        }
    }

    /// Follows a stream to its end, or until `isEnough`.
    package func stream(
        _ path: String, _ headers: [String: String] = [:],
        until isEnough: (TestEvent) -> Bool = { _ in false }
    ) throws -> [TestEvent] {
        let connection = try TestConnection(address)
        var headers = headers
        if let bearer, headers["Authorization"] == nil {
            headers["Authorization"] = "Bearer \(bearer)"
        }
        try connection.send("GET", path, headers)
        let head = try connection.head()
        guard head.status == 200 else {
            throw TestConnection.Failure(description: "\(path) gave \(head.status)")
        }
        var parser = TestEventParser()
        var events: [TestEvent] = []
        while let piece = try connection.piece() {
            for event in parser.feed(piece) {
                events.append(event)
                if isEnough(event) { return events }
            }
        }
        return events
    }
}

/// Waits for a condition, looking again and again; a test that waits in vain
/// fails by what this throws.
package func waitUntil(
    _ what: String, patienceSeconds: Double = 60, _ condition: () throws -> Bool
) throws {
    let start = ContinuousClock.now
    while try !condition() {
        guard ContinuousClock.now - start < .seconds(patienceSeconds) else {
            throw TestConnection.Failure(description: "waited in vain until \(what)")
        }
        usleep(5000)
    }
}

/// Makes an empty file, for instance one that a job waits for.
package func touch(_ path: String) {
    close(open(path, O_WRONLY | O_CREAT, 0o600))
}
