import Foundation
import Glibc
import JobTestSupport
import Testing

/// What tests of access say often.
extension DaemonFixture {
    /// Starts a daemon that asks for tokens; `bearer` is the administrator's, for
    /// requests that say nothing else.
    static func guarded(
        _ arguments: [String] = [], _ body: (DaemonFixture) throws -> Void
    ) throws {
        try with(arguments, asksForTokens: true) { jobd in
            jobd.bearer = try jobd.token
            try body(jobd)
        }
    }

    /// Makes a token as an administrator and gives its text.
    func makeToken(_ name: String, _ role: String, _ more: [String: Any] = [:]) throws -> String {
        let (status, token) = try send(
            "POST", "/tokens", ["name": name, "role": role].merging(more) { $1 })
        guard status == 201, let text = token["token"] as? String else {
            throw UnexpectedAnswer(description: "the token '\(name)' gave \(status): \(token)")
        }
        return text
    }

    /// Makes a ticket as an administrator.
    func makeTicket(_ job: Int, _ more: [String: Any]? = nil) throws -> String {
        let (status, answer) = try send("POST", "/jobs/\(job)/ticket", more)
        guard status == 201, let ticket = answer["ticket"] as? String else {
            throw UnexpectedAnswer(description: "a ticket gave \(status): \(answer)")
        }
        return ticket
    }

    /// The status of a request by somebody who shows nothing but these headers.
    func status(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: String? = nil
    ) throws -> Int {
        try withoutBearer { try request(method, path, headers, body: body).head.status }
    }

    /// Sends requests that show nothing by themselves.
    func withoutBearer<Result>(_ body: () throws -> Result) rethrows -> Result {
        try withBearer(nil, body)
    }

    /// Sends requests that show this, unless they show something else.
    func withBearer<Result>(_ token: String?, _ body: () throws -> Result) rethrows -> Result {
        let mine = bearer
        bearer = token
        defer { bearer = mine }
        return try body()
    }

    /// Runs curl, perhaps as another user, and gives the status and the body; status
    /// 0 when it could not connect.
    func curl(_ arguments: [String], as user: [String] = []) throws -> (status: Int, body: String) {
        let output = "\(directory)/curl-\(UUID().uuidString)"
        defer { unlink(output) }
        let words =
            (user.isEmpty ? [] : ["setpriv"] + user)
            + ["curl", "-sS", "--max-time", "30", "-w", "\n%{http_code}"] + arguments
        let process = try ChildProcess("/usr/bin/env", words, output: output)
        process.wait()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return (
            lines.last.flatMap { Int($0) } ?? -1, lines.dropLast().joined(separator: "\n")
        )
    }

    /// Starts a daemon with these arguments that is expected not to come up.
    func failedStart(_ arguments: String...) throws -> (status: CInt, log: String) {
        let process = try spawn(["--listen", "127.0.0.1:0"] + arguments)
        defer { process.signal(SIGKILL) }
        try waitUntil("the daemon gives up") { !process.isRunning }
        return (process.wait(), try String(contentsOfFile: log, encoding: .utf8))
    }
}

/// What a header says who asks.
func bearer(_ token: String) -> [String: String] { ["Authorization": "Bearer \(token)"] }
