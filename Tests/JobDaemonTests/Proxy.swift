import Foundation
import Glibc
import JobTestSupport
import Testing

/// A proxy in front of a daemon, set up by a snippet of `docs/proxy.md`.
struct Proxy {
    /// Where people reach jobd: scheme, host, port and path.
    let url: String
    private let jobd: DaemonFixture
    private let process: ChildProcess
    private let origin: String
    private let prefix: String

    /// Caddy's program; nil where it is not installed.
    static let caddy = ["/usr/bin/caddy", "/usr/local/bin/caddy"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    init(
        _ jobd: DaemonFixture, snippet: String, isSecure: Bool, _ prefix: String,
        _ change: (String) -> String
    ) throws {
        self.jobd = jobd
        self.prefix = prefix
        let port = try Self.freePort()
        let directory = jobd.directory
        origin = "\(isSecure ? "https" : "http")://localhost:\(port)"
        url = origin + prefix
        let inner = jobd.address.replacing("http://", with: "")
        var text = change(try Self.snippet(snippet)).replacing("127.0.0.1:7620", with: inner)
        let file = "\(directory)/proxy.conf"
        if isSecure {
            try TLSFixture.makeCertificate("\(directory)/cert.pem", "\(directory)/key.pem")
            text =
                text.replacing("listen 443", with: "listen 127.0.0.1:\(port)")
                .replacing("/etc/ssl/jobs.example.org.pem", with: "\(directory)/cert.pem")
                .replacing("/etc/ssl/private/jobs.example.org.key", with: "\(directory)/key.pem")
                .replacing("server_name jobs.example.org", with: "server_name localhost")
            let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map { "\($0)_temp_path \(directory)/\($0);" }.joined(separator: " ")
            text = """
                daemon off; pid \(directory)/nginx.pid; error_log \(directory)/proxy.log;
                \(getuid() == 0 ? "user root;" : "")
                events { worker_connections 128; }
                http { access_log off; \(places)
                \(text)
                }
                """
            try Data(text.utf8).write(to: URL(filePath: file))
            process = try ChildProcess(
                "/usr/sbin/nginx", ["-e", "\(directory)/proxy.log", "-p", directory, "-c", file])
        } else {
            text = text.replacing("jobs.example.org", with: "http://localhost:\(port)")
            text = "{\nadmin off\nauto_https off\ndefault_bind 127.0.0.1\n}\n" + text
            try Data(text.utf8).write(to: URL(filePath: file))
            var environment = ProcessInfo.processInfo.environment
            environment["HOME"] = directory
            process = try ChildProcess(
                try #require(Self.caddy), ["run", "--adapter", "caddyfile", "--config", file],
                environment: environment, output: "\(directory)/proxy.log",
                errors: "\(directory)/proxy.log")
        }
        let started = process
        do {
            try waitUntil("the proxy listens") {
                try #require(started.isRunning, "the proxy has ended: \(log)")
                return try curl(["-o", "/dev/null", "\(url)/health"]).status == 0
            }
        } catch {
            stop()
            throw error
        }
    }

    func stop() {
        process.signal(SIGTERM)
        process.wait()
    }

    var log: String {
        (try? String(contentsOfFile: "\(jobd.directory)/proxy.log", encoding: .utf8)) ?? ""
    }

    // MARK: Checks

    /// All that has to be the same as without a proxy.
    func checkAll() throws {
        let go = "\(jobd.directory)/go"
        let id = try checkSubmission(
            "echo 10%; while [ ! -e \(go) ]; do sleep 0.02; done; echo 90%")
        let stream = "\(url)/jobs/\(id)/progress"
        // What has come is here before the job has ended: nobody keeps it back.
        let events = try startCurl([stream])
        let output = try startCurl(["\(url)/jobs/\(id)/output?follow=1"])
        try waitUntil("the first progress is here") { events.text.contains(#""fraction":0.1"#) }
        try waitUntil("the first output is here") { output.text == "10%\n" }
        touch(go)
        try waitUntil("the end is here") { events.text.contains("event: end") }
        #expect(events.process.wait() == 0)
        #expect(output.process.wait() == 0)
        #expect(output.text == "10%\n90%\n")
        // It goes on where it was, and not at all after the end.
        let ids = events.text.split(separator: "\n").filter { $0.hasPrefix("id: ") }
            .map { $0.dropFirst(4) }
        try #require(ids.count > 2)
        let (_, rest) = try curl(["-H", "Last-Event-ID: \(ids[1])", stream])
        let place = try #require(events.text.range(of: "id: \(ids[2])\n"))
        #expect(rest.hasSuffix(events.text[place.lowerBound...]))
        #expect(!rest.contains("id: \(ids[1])\n"))
        #expect(try code(["-H", "Last-Event-ID: \(ids[ids.count - 1])", stream]) == "204")
        try checkOrigins()
        try checkSpoofing()
        let large = "\(jobd.directory)/large"
        try Data(repeating: 0x20, count: (1 << 20) + 1).write(to: URL(filePath: large))
        #expect(
            try code([
                "--data-binary", "@\(large)", "-H", "Content-Type: application/json", "\(url)/jobs",
            ]) == "413")
    }

    /// Submits a job; its id. Its links lead through the proxy.
    private func checkSubmission(_ command: String) throws -> Int {
        let body = String(
            decoding: try JSONSerialization.data(withJSONObject: ["command": command]),
            as: UTF8.self)
        let (_, text) = try curl([
            "-i", "-d", body, "-H", "Content-Type: application/json", "-H", "Origin: \(origin)",
            "\(url)/jobs",
        ])
        let json = try #require(
            text.split(whereSeparator: \.isNewline).last { $0.hasPrefix("{") }, "\(text)")
        let job = try #require(
            try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let id = try #require(job["id"] as? Int, "\(text)")
        #expect(text.lowercased().contains("location: \(prefix)/jobs/\(id)\r\n"))
        let links = job["links"] as? [String: String]
        #expect(links?["self"] == "\(prefix)/jobs/\(id)")
        #expect(
            try code(["\(origin)\(links?["progress"] ?? "")?after=\(1 << 40)", "-m", "0.5"])
                == "200")
        return id
    }

    /// Pages of the name that people see may use it; others may not.
    private func checkOrigins() throws {
        for (other, status) in [
            (origin, "422"), ("https://evil.example", "403"), ("http://localhost", "403"),
            (jobd.address, "403"),
        ] {
            #expect(
                try code([
                    "-d", "{}", "-H", "Content-Type: application/json", "-H", "Origin: \(other)",
                    "\(url)/jobs",
                ]) == status, "\(other)")
        }
    }

    /// What a client says of itself is not believed.
    private func checkSpoofing() throws {
        #expect(
            try code([
                // Not from where the proxy is, which is believed.
                "--interface", "127.0.0.2", "-H", "X-Forwarded-For: 6.6.6.6", "-H",
                "X-Forwarded-Host: evil.example", "-H", "X-Forwarded-Proto: gopher",
                "\(url)/queues",
            ]) == "200")
        let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
        let line = log.split(separator: "\n").last { $0.contains("path=/queues") }
        #expect(line?.contains("from=127.0.0.2") == true, "\(line ?? "")")
        #expect(!log.contains("6.6.6.6"))
    }

    // MARK: Asking

    /// What curl prints.
    func curl(_ arguments: [String]) throws -> (status: CInt, text: String) {
        let program = try startCurl(["--max-time", "60"] + arguments)
        return (program.process.wait(), program.text)
    }

    private func code(_ arguments: [String]) throws -> String {
        try curl(["-o", "/dev/null", "-w", "%{http_code}"] + arguments).text
    }

    /// A curl that runs, and what it has printed.
    private struct Running {
        let process: ChildProcess
        let path: String

        var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    }

    private func startCurl(_ arguments: [String]) throws -> Running {
        let path = "\(jobd.directory)/curl-\(UUID().uuidString)"
        return Running(
            process: try ChildProcess(
                "/usr/bin/curl",
                [
                    "-sN", "--cacert", "\(jobd.directory)/cert.pem", "-H",
                    "Authorization: Bearer \(try jobd.token)",
                ] + arguments, output: path),
            path: path)
    }

    // MARK: Setting up

    /// The block of `docs/proxy.md` behind the mark of this name.
    private static func snippet(_ name: String) throws -> String {
        let document = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(
                path: "docs/proxy.md")
        let text = try String(contentsOf: document, encoding: .utf8)
        let mark = try #require(text.range(of: "<!-- tested: \(name) -->\n```"))
        let lines = text[mark.upperBound...].split(
            separator: "\n", omittingEmptySubsequences: false)
        return lines.dropFirst().prefix { $0 != "```" }.joined(separator: "\n")
    }

    /// A port that was free just now.
    private static func freePort() throws -> UInt16 {
        let probe = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(probe, $0, length) == 0 && getsockname(probe, $0, &length) == 0
            }
        }
        try #require(isBound)
        return UInt16(bigEndian: address.sin_port)
    }
}
