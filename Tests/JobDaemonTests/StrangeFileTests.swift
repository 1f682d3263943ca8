import Foundation
import Glibc
import JobTestSupport
import Testing

/// What is wrong with one job's files is that job's trouble, never the daemon's.
@Suite(.serialized) struct StrangeFileTests {
    /// What lies where a journal should be.
    private enum Thing: CaseIterable {
        case directory, fifo, socket, linkLoop, nothing, noDirectory, tornBeginning

        /// Whether the attempt goes on, its supervisor being alive.
        var leavesIt: Bool {
            switch self {
            case .directory, .fifo, .socket, .linkLoop: false
            case .nothing, .noDirectory, .tornBeginning: true
            }
        }

        func put(at journal: String, of attempt: String) throws {
            switch self {
            case .tornBeginning:
                truncate(journal, 10)
                return
            case .noDirectory:
                try FileManager.default.removeItem(atPath: attempt)
                return
            default: unlink(journal)
            }
            switch self {
            case .directory: mkdir(journal, 0o700)
            case .fifo: mkfifo(journal, 0o600)
            case .linkLoop: symlink("journal", journal)
            case .socket: mknod(journal, S_IFSOCK | 0o600, 0)
            case .nothing, .noDirectory, .tornBeginning: break
            }
        }
    }

    @Test(arguments: Thing.allCases)
    private func aJournalThatIsNone(thing: Thing) throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            let starts = "\(jobd.directory)/starts"
            let command = "echo x >> \(starts); echo '{\"progress\": 0.1}'; exec sleep 600"
            let others = try (0..<2).map { _ in try jobd.submit(["command": "exec sleep 600"]) }
            let id = try jobd.submit(["command": command])
            try waitUntil("it has begun") {
                try jobd.job(id)["progress"] is [String: Any]
            }
            for other in others {
                try waitUntil("it runs") { try jobd.job(other)["state"] as? String == "running" }
            }
            jobd.kill()
            let attempt = "\(jobd.state)/jobs/\(id)/1"
            try thing.put(at: "\(attempt)/journal", of: attempt)
            try jobd.start()
            if thing.leavesIt {
                try Self.cancel(id, jobd)
            } else {
                let job = try jobd.finished(id)
                #expect(job["failure"] as? String == "lost")
                #expect((job["error"] as? String)?.contains("journal") == true, "\(job)")
                let output = try jobd.request("GET", "/jobs/\(id)/output")
                #expect(output.head.status == 500)
            }
            // It was started once, and nothing of it is left.
            #expect(try String(contentsOfFile: starts, encoding: .utf8) == "x\n")
            for other in others {
                #expect(try jobd.job(other)["state"] as? String == "running")
                try Self.cancel(other, jobd)
            }
            try waitUntil("no process is left") { jobd.remnants().isEmpty }
            #expect(try jobd.json("GET", "/ready").status == 200)
        }
    }

    private static func cancel(_ id: Int, _ jobd: DaemonFixture) throws {
        #expect(try jobd.send("POST", "/jobs/\(id)/cancel").status == 202)
        #expect(try jobd.finished(id)["state"] as? String == "cancelled")
    }

    /// A supervisor that is killed after its journal was damaged is missed.
    @Test func aDamagedJournalsEndIsNoticed() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "exec sleep 600"])
            try waitUntil("it runs") { try jobd.job(id)["state"] as? String == "running" }
            let journal = "\(jobd.state)/jobs/\(id)/1/journal"
            // It may not be there yet.
            try waitUntil("its supervisor has begun") {
                (try? Data(contentsOf: URL(filePath: journal)))?.isEmpty
                    == false
            }
            jobd.kill()
            truncate(journal, 10)
            for pid in jobd.remnants() { _ = Glibc.kill(pid, SIGKILL) }
            try waitUntil("all are gone") { jobd.remnants().isEmpty }
            try jobd.start()
            // Nothing proves that it never ran but the journal, which says nothing: it
            // is started again, or lost; it is not left running without a process.
            try waitUntil("it is settled") {
                let job = try jobd.job(id)
                return job["state"] as? String == "failed" || !jobd.remnants().isEmpty
            }
        }
    }

    // MARK: Bytes that somebody wrote

    /// Offsets of a frame's header: CLinux/include/journal_frame.h.
    private static let position = 24
    private static let header = 32
    private static let trailer = 4

    /// The journal of a finished job that has printed these lines with pauses, and the
    /// places of its frames.
    private func journal(
        of jobd: DaemonFixture
    ) throws -> (id: Int, path: String, bytes: [UInt8], frames: [Int]) {
        let id = try jobd.submit([
            "command": "for i in 1 2 3 4; do echo line $i; sleep 0.05; done"
        ])
        try jobd.finished(id)
        let path = "\(jobd.state)/jobs/\(id)/1/journal"
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        var frames: [Int] = []
        var place = 0
        while place + Self.header <= bytes.count {
            frames.append(place)
            let length = bytes[(place + 4)..<(place + 7)].reversed().reduce(0) {
                $0 << 8 | Int($1)
            }
            place += Self.header + length + Self.trailer
        }
        return (id, path, bytes, frames)
    }

    private static let ways = [
        "", "?tail=3", "?tail=1&stream=stdout", "?format=plain", "?format=plain&tail=2",
        "?follow=1", "?format=plain&follow=1", "?stream=stdout",
    ]

    @Test(arguments: [UInt64.max, 1_000_000, UInt64(Int64.max)])
    func noPositionEndsTheDaemon(position: UInt64) throws {
        try DaemonFixture.with { jobd in
            let (id, path, bytes, frames) = try journal(of: jobd)
            #expect(frames.count >= 4)
            for frame in frames {
                var damaged = bytes
                withUnsafeBytes(of: position) {
                    let start = frame + Self.position
                    damaged.replaceSubrange(start..<start + 8, with: $0)
                }
                try Data(damaged).write(to: URL(filePath: path))
                for way in Self.ways {
                    // That the answer breaks off is right where it does.
                    _ = try? jobd.request("GET", "/jobs/\(id)/output\(way)")
                    #expect(jobd.daemon?.isRunning == true, "\(way) frame \(frame)")
                }
            }
            #expect(try jobd.json("GET", "/ready").status == 200)
        }
    }

    /// What is whole is shown, and then it is told that there was more.
    @Test func damageIsToldAndNothingHangs() throws {
        try DaemonFixture.with { jobd in
            let (id, path, bytes, frames) = try journal(of: jobd)
            var damaged = bytes
            // Behind the two that say what was started, and one line.
            let place = try #require(frames.dropFirst(3).first)
            damaged[place] ^= 0x40
            try Data(damaged).write(to: URL(filePath: path))
            for way in Self.ways where !way.contains("tail") {
                let connection = try TestConnection(jobd.address)
                try connection.send("GET", "/jobs/\(id)/output\(way)", [:])
                let head = try connection.head()
                #expect(head.status == 200)
                // The connection breaks off before the answer is whole.
                #expect(throws: (any Error).self, "\(way)") { try connection.body(head) }
            }
            let events = try jobd.request(
                "GET", "/jobs/\(id)/output", ["Accept": "text/event-stream"])
            let text = String(decoding: events.body, as: UTF8.self)
            #expect(text.contains("line 1") && !text.contains("line 2"))
            #expect(text.contains("event: damage") && text.contains("event: end"))
            let logs = try jobd.jobctl("logs", "-f", "\(id)")
            #expect(logs.output == "line 1\n" && logs.errors.contains("damaged"))
        }
    }

    /// A place that the output does not have begins it anew, and says so.
    @Test(arguments: ["7:10", "1:99999999", "1:5"])
    func aStrangePlaceIsReset(place: String) throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "echo hello"])
            try jobd.finished(id)
            let events = try jobd.request(
                "GET", "/jobs/\(id)/output",
                ["Accept": "text/event-stream", "Last-Event-ID": place])
            let text = String(decoding: events.body, as: UTF8.self)
            #expect(text.contains("event: reset") && text.contains("hello"))
        }
    }
}
