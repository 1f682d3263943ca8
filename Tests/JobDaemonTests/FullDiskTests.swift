import Foundation
import Glibc
import JobTestSupport
import Testing

/// A full disk is cured through jobd itself.
@Suite(.serialized, .enabled(if: LoopDisk.isPossible, "needs to mount a file system"))
struct FullDiskTests {
    /// A daemon whose state is on a small disk of its own.
    private static func with(_ body: (DaemonFixture) throws -> Void) throws {
        let jobd = try DaemonFixture(["--slots", "4"])
        let image = "\(jobd.directory)/disk"
        let make = "dd if=/dev/zero of=$0 bs=1M count=64 2>/dev/null && mkfs.ext4 -q -F -m 0 $0"
        try #require(try ChildProcess("/bin/sh", ["-c", make, image]).wait() == 0)
        mkdir(jobd.state, 0o700)
        try #require(
            try ChildProcess("/bin/mount", ["-o", "loop", image, jobd.state]).wait() == 0)
        defer {
            jobd.kill()
            for pid in jobd.remnants() { _ = Glibc.kill(pid, SIGKILL) }
            _ = try? ChildProcess("/bin/umount", ["-l", jobd.state]).wait()
            jobd.tearDown()
        }
        try jobd.start()
        do {
            try body(jobd)
        } catch {
            print("The log:\n\((try? String(contentsOfFile: jobd.log, encoding: .utf8)) ?? "")")
            throw error
        }
    }

    private static func room(_ jobd: DaemonFixture) -> UInt {
        var status = statvfs()
        return statvfs(jobd.state, &status) == 0 ? UInt(status.f_bavail) : .max
    }

    /// Takes all the room there is.
    private static func fill(_ jobd: DaemonFixture) throws {
        let ballast = open("\(jobd.state)/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(ballast) }
        var size = 1 << 20
        let part = [UInt8](repeating: 1, count: size)
        while size > 0 {
            if write(ballast, part, size) <= 0 { size /= 2 }
        }
        fsync(ballast)
        try #require(room(jobd) == 0)
    }

    /// Others have filled it.
    @Test func jobsCanBeDeletedAndCancelledAndEnd() throws {
        try Self.with { jobd in
            let large = try (0..<3).map { _ in
                try jobd.submit(["command": "head -c 6000000 /dev/zero"])
            }
            for id in large { try jobd.finished(id) }
            let running = try (0..<3).map { _ in try jobd.submit(["command": "exec sleep 600"]) }
            let queued = try (0..<40).map { _ in try jobd.submit(["command": "true"]) }
            for id in running {
                try waitUntil("it runs") { try jobd.job(id)["state"] as? String == "running" }
            }
            let stuck = try jobd.submit(["command": "true", "not_before": "2099-01-01T00:00:00Z"])
            // So that none of the queued ones makes room by its end.
            _ = try jobd.send("PUT", "/queues/default", ["slots": 0])
            for id in queued {
                try waitUntil("none is under way") {
                    ["queued", "succeeded"].contains(try jobd.job(id)["state"] as? String)
                }
            }
            try Self.fill(jobd)
            let ready = try jobd.json("GET", "/ready")
            #expect(ready.status == 503)
            #expect("\(ready.object)".contains("full"))
            let refused = try jobd.send("POST", "/jobs", ["command": ["true"]])
            #expect(refused.status == 507)
            #expect(try jobd.send("POST", "/jobs/\(running[0])/cancel", [:]).status == 202)
            #expect(try jobd.finished(running[0])["state"] as? String == "cancelled")
            #expect(try jobd.send("POST", "/jobs/\(stuck)/cancel", [:]).status < 300)
            // Once more after a restart, of either kind.
            jobd.kill()
            try jobd.startOnFullDisk()
            #expect(try jobd.send("POST", "/jobs/\(running[1])/cancel", [:]).status == 202)
            try jobd.finished(running[1])
            #expect(jobd.stop() == 0)
            try Self.fill(jobd)
            try jobd.startOnFullDisk()
            #expect(try jobd.json("GET", "/jobs/\(large[0])").status == 200)
            #expect(try jobd.json("GET", "/ready").status == 503)
            #expect(try jobd.send("POST", "/jobs/\(running[2])/cancel", [:]).status == 202)
            try jobd.finished(running[2])
            #expect(try jobd.request("DELETE", "/jobs/\(large[0])").head.status == 204)
            #expect(Self.room(jobd) > 0)
            let (status, pruned) = try jobd.send("POST", "/prune", ["keep": 0])
            #expect(status == 200 && pruned["jobs"] as? Int ?? 0 > 1)
            try waitUntil("it is ready") { try jobd.json("GET", "/ready").status == 200 }
            _ = try jobd.send("PUT", "/queues/default", ["slots": 4])
            try jobd.finished(try jobd.submit(["command": ["true"]]))
        }
    }

    /// A job has filled it: it can be cancelled, and that is its end.
    @Test func theJobThatFillsItCanBeCancelled() throws {
        try Self.with { jobd in
            let id = try jobd.submit(["command": "yes", "output_limit_bytes": 1 << 40])
            try waitUntil("it is full") { Self.room(jobd) == 0 }
            try waitUntil("that is said") { try jobd.json("GET", "/ready").status == 503 }
            #expect(try jobd.send("POST", "/jobs/\(id)/cancel", [:]).status == 202)
            #expect(try jobd.finished(id)["state"] as? String == "cancelled")
            #expect(try jobd.request("DELETE", "/jobs/\(id)").head.status == 204)
            try waitUntil("it is ready") { try jobd.json("GET", "/ready").status == 200 }
            try jobd.finished(try jobd.submit(["command": ["true"]]))
        }
    }
}
