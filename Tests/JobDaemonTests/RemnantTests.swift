import Foundation
import Glibc
import JobTestSupport
import Testing

/// A supervisor that is killed leaves nothing running, whatever its processes have
/// shed, and no other attempt begins beside them.
@Suite(.serialized) struct RemnantTests {
    /// How a process gets away from what tells whose it is.
    enum Shedding: String, CaseIterable {
        case environment = "env -i sleep"
        case session = "setsid sleep"
        case both = "setsid env -i sleep"
        case parent = "sh -c 'setsid env -i sleep"
    }

    /// A length of sleep that is nobody else's.
    private static func length(_ number: Int) -> String { "\(86_000 + number).\(getpid())" }

    private static func sleeping(_ length: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { pid in
            FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
                == Data("sleep\0\(length)\0".utf8)
        }
    }

    private static func supervisor(of id: Int, _ jobd: DaemonFixture) throws -> pid_t {
        let names = try FileManager.default.contentsOfDirectory(atPath: "/proc")
        let path = Data("\0\(jobd.state)/jobs/\(id)/1\0".utf8)
        return try #require(
            names.compactMap { pid_t($0) }.first { pid in
                let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
                return line?.range(of: path) != nil
            })
    }

    @Test(arguments: Shedding.allCases, [false, true])
    func allOfItIsKilled(shedding: Shedding, afterARestart: Bool) throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let length = Self.length(Shedding.allCases.firstIndex(of: shedding) ?? 0)
            defer { for pid in Self.sleeping(length) { kill(pid, SIGKILL) } }
            let other = try jobd.submitGated("other", before: "echo up")
            let end = shedding == .parent ? " & sleep 0.1'" : ""
            let id = try jobd.submit([
                "command": "\(shedding.rawValue) \(length)\(end) & echo up; exec sleep 86000",
                "retry": ["max_attempts": 1, "on": ["lost"]],
            ])
            try waitUntil("it runs") { Self.sleeping(length).count == 1 }
            try waitUntil("the other one runs") {
                try jobd.job(other)["state"] as? String == "running"
            }
            if shedding == .parent {
                // Its parent has ended, and the supervisor is its parent now.
                let sleeper = try #require(Self.sleeping(length).first)
                let supervisor = try Self.supervisor(of: id, jobd)
                try waitUntil("it is an orphan") {
                    let stat = try String(contentsOfFile: "/proc/\(sleeper)/stat", encoding: .utf8)
                    return stat.split(separator: " ")[3] == "\(supervisor)"
                }
            }
            if afterARestart { try jobd.killAndRestart() }
            kill(try Self.supervisor(of: id, jobd), SIGKILL)
            let job = try jobd.finished(id)
            #expect(job["failure"] as? String == "lost")
            let error = try #require(job["error"] as? String)
            let isOutOfReach = afterARestart && (shedding == .both || shedding == .parent)
            if isOutOfReach {
                // Nothing tells whose it is, and so the job says.
                #expect(error.contains("may still run"), "\(error)")
            } else {
                #expect(Self.sleeping(length).isEmpty, "\(error)")
                #expect(error.contains("killed"), "\(error)")
            }
            // Nobody else's.
            #expect(try jobd.job(other)["state"] as? String == "running")
            jobd.open(gate: "other")
            #expect(try jobd.finished(other)["state"] as? String == "succeeded")
        }
    }
}
