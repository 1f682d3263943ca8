import Foundation
import Glibc
import JobTestSupport
import Testing

/// A daemon that asks for tokens, as it does when nobody has set anything, and
/// jobctl as its user finds it: by the files that it has left.
final class GuardedInstallation {
    let directory: String
    private(set) var daemon: ChildProcess?

    var state: String { "\(directory)/state" }
    var socket: String { "\(state)/jobd.sock" }
    var tokenFile: String { "\(state)/token" }
    /// Where it listens by TCP.
    private(set) var address = ""

    /// Starts a daemon, gives it to `body`, and removes all of it.
    static func with(
        _ arguments: [String] = [], _ body: (GuardedInstallation) throws -> Void
    ) throws {
        let installation = try GuardedInstallation()
        defer { installation.tearDown() }
        try installation.start(arguments)
        do {
            try body(installation)
        } catch {
            print("The daemon's log:\n\(installation.text("log"))")
            throw error
        }
    }

    private init() throws {
        var template = Array("/tmp/jobd-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        directory = String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func start(_ arguments: [String]) throws {
        let words = ["serve", "--state-dir", state, "--listen", "127.0.0.1:0"] + arguments
        let daemon = try ChildProcess(
            Binaries.path("jobd"), words, environment: environment(), output: "\(directory)/log",
            errors: "\(directory)/log")
        self.daemon = daemon
        try waitUntil("the daemon listens") {
            guard daemon.isRunning else {
                throw UnexpectedAnswer(description: "jobd exited with \(daemon.wait())")
            }
            let lines = text("state/address").split(separator: "\n")
            address = lines.first { $0.hasPrefix("http://") }.map(String.init) ?? ""
            return !address.isEmpty
        }
    }

    private func tearDown() {
        daemon?.signal(SIGKILL)
        daemon?.wait()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The text of a file; empty when there is none.
    func text(_ name: String) -> String {
        (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)) ?? ""
    }

    /// Runs jobctl to its end, perhaps by another program.
    func jobctl(
        _ arguments: [String], environment more: [String: String] = [:], by program: [String] = []
    ) throws -> (status: CInt, output: String, errors: String) {
        let name = UUID().uuidString
        // Another user may have to read what it writes where it stands.
        let words = program + [Binaries.path("jobctl")] + arguments
        let process = try ChildProcess(
            "/usr/bin/env", words, environment: environment().merging(more) { $1 },
            output: "\(directory)/\(name).out", errors: "\(directory)/\(name).err")
        try waitUntil("jobctl \(arguments) ends") { !process.isRunning }
        return (process.wait(), text("\(name).out"), text("\(name).err"))
    }

    /// Nothing of a daemon but this one.
    private func environment() -> [String: String] {
        [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
            "HOME": directory, "STATE_DIRECTORY": state, "LC_ALL": "C.UTF-8",
        ]
    }

    // MARK: jobctl doctor

    /// What a check has found.
    struct Finding: CustomStringConvertible {
        let check: String
        let level: String
        let text: String
        var description: String { "\(level) \(check): \(text)" }
    }

    /// What `jobctl doctor` finds.
    func doctor(
        _ arguments: [String] = [], environment: [String: String] = [:], by program: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (status: CInt, findings: [Finding]) {
        let run = try jobctl(
            ["doctor", "--json", "--timeout", "60s"] + arguments, environment: environment,
            by: program)
        let object =
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let findings = try #require(
            object?["findings"] as? [[String: Any]], "\(run.output)\(run.errors)",
            sourceLocation: sourceLocation)
        return (
            run.status,
            findings.map { finding in
                Finding(
                    check: finding["check"] as? String ?? "",
                    level: finding["level"] as? String ?? "",
                    text: finding["text"] as? String ?? "")
            }
        )
    }

    /// Expects `jobctl doctor` to find this, and no other fault.
    func expect(
        _ level: String, _ check: String, saying words: String, _ arguments: [String] = [],
        environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (status, findings) = try doctor(
            arguments, environment: environment, sourceLocation: sourceLocation)
        let faults = findings.filter { $0.level == "problem" || $0.level == "warning" }
        #expect(Set(faults.map(\.check)) == [check], "\(faults)", sourceLocation: sourceLocation)
        #expect(
            faults.contains { $0.level == level && $0.text.contains(words) }, "\(faults)",
            sourceLocation: sourceLocation)
        #expect(status == (level == "problem" ? 1 : 0), sourceLocation: sourceLocation)
    }
}
