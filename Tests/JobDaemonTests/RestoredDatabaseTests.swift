import Foundation
import Glibc
import JobTestSupport
import Testing

/// A database that is missing, or older than what lies beside it: nothing is lost by
/// it but what it does not know, and that is kept.
@Suite(.serialized) struct RestoredDatabaseTests {
    private enum Loss: CaseIterable {
        case removed, emptied, older, logLost
    }

    /// Puts a copy of the database, as it was at rest, back.
    private static func restore(_ copy: String, _ jobd: DaemonFixture) throws {
        for end in ["", "-wal", "-shm"] { unlink("\(jobd.state)/jobd.db\(end)") }
        try FileManager.default.copyItem(atPath: copy, toPath: "\(jobd.state)/jobd.db")
    }

    @Test(arguments: Loss.allCases)
    private func nothingIsDeleted(loss: Loss) throws {
        try DaemonFixture.with { jobd in
            try jobd.finished(try jobd.submit(["command": "echo first"]))
            #expect(jobd.stop() == 0)
            let copy = "\(jobd.directory)/copy.db"
            try FileManager.default.copyItem(atPath: "\(jobd.state)/jobd.db", toPath: copy)
            try jobd.start()
            let waiting = try jobd.submit(["command": "echo second"])
            try jobd.finished(waiting)
            let last = try jobd.submit(["command": "echo third"])
            let end = try #require(try jobd.finished(last)["cursor"] as? Int)
            jobd.kill()
            let database = "\(jobd.state)/jobd.db"
            switch loss {
            case .removed: for end in ["", "-wal", "-shm"] { unlink(database + end) }
            case .emptied: for end in ["", "-wal"] { truncate(database + end, 0) }
            case .older: try Self.restore(copy, jobd)
            case .logLost: for end in ["-wal", "-shm"] { unlink(database + end) }
            }
            let (status, log) = try jobd.failedStart()
            #expect(status == 78, "\(log)")
            #expect(log.contains("--accept-restored") && log.contains(database))
            for id in 1...last {
                let journal = "\(jobd.state)/jobs/\(id)/1/journal"
                #expect(FileManager.default.fileExists(atPath: journal), "job \(id)")
            }
            // Once accepted, it goes on above all that was ever given.
            jobd.arguments.append("--accept-restored")
            try jobd.start()
            jobd.arguments.removeLast()
            let isKnown = loss == .older || loss == .logLost
            #expect(try jobd.json("GET", "/jobs/1").status == (isKnown ? 200 : 404))
            let next = try jobd.submit(["command": "echo next"])
            #expect(next > last)
            #expect(try #require(try jobd.finished(next)["cursor"] as? Int) > end)
            let kept = try FileManager.default.contentsOfDirectory(
                atPath: "\(jobd.state)/set-aside")
            #expect(kept.contains("\(last)"), "\(kept)")
            let journal = FileManager.default.contents(
                atPath: "\(jobd.state)/set-aside/\(last)/1/journal")
            #expect(journal?.range(of: Data("third".utf8)) != nil)
            let ready = try jobd.json("GET", "/ready")
            #expect(ready.status == 200)
            #expect("\(ready.object["warnings"] ?? "")".contains("set-aside"))
            let doctor = try jobd.jobctl("doctor")
            #expect(doctor.output.contains("set-aside"), "\(doctor.output)")
            // The next start finds all as it should be.
            try jobd.killAndRestart()
            #expect(try jobd.json("GET", "/jobs/\(next)").status == 200)
        }
    }

    /// A queued job of the older database has run since: it runs again, and what it
    /// left is set aside. A job that runs, and is not known, is left alone.
    @Test func attemptsThatAreNotKnown() throws {
        try DaemonFixture.with { jobd in
            _ = try jobd.send("PUT", "/queues/default", ["paused": true])
            let id = try jobd.submit(["command": "echo run"])
            #expect(jobd.stop() == 0)
            let copy = "\(jobd.directory)/copy.db"
            try FileManager.default.copyItem(atPath: "\(jobd.state)/jobd.db", toPath: copy)
            try jobd.start()
            _ = try jobd.send("PUT", "/queues/default", ["paused": false, "slots": 4])
            try jobd.finished(id)
            let running = try jobd.submitGated("gate", before: "echo up")
            try waitUntil("it runs") {
                try jobd.job(running)["state"] as? String == "running"
                    && FileManager.default.fileExists(
                        atPath: "\(jobd.state)/jobs/\(running)/1/journal")
            }
            jobd.kill()
            try Self.restore(copy, jobd)
            jobd.arguments.append("--accept-restored")
            try jobd.start()
            jobd.arguments.removeLast()
            #expect(
                FileManager.default.fileExists(atPath: "\(jobd.state)/set-aside/\(id).1/journal"))
            #expect(
                FileManager.default.fileExists(
                    atPath: "\(jobd.state)/jobs/\(running)/1/journal"))
            _ = try jobd.send("PUT", "/queues/default", ["paused": false])
            #expect(try jobd.finished(id)["attempt"] as? Int == 1)
            let output = try jobd.request("GET", "/jobs/\(id)/output").body
            #expect(String(decoding: output, as: UTF8.self) == "run\n")
            jobd.open(gate: "gate")
        }
    }

    /// A daemon that dies between deleting rows and files leaves files, which the next
    /// one removes: those, and no others.
    @Test func whatWasDeletedOnPurposeGoes() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "echo gone"])
            try jobd.finished(id)
            jobd.kill()
            let sqlite = try ChildProcess(
                "/usr/bin/sqlite3",
                [
                    "\(jobd.state)/jobd.db",
                    "DELETE FROM events WHERE job_id = \(id); DELETE FROM jobs WHERE id = \(id)",
                ])
            #expect(sqlite.wait() == 0)
            mkdir("\(jobd.state)/jobs/\(id)/deep", 0o700)
            symlink("/etc", "\(jobd.state)/jobs/\(id)/deep/link")
            try jobd.start()
            try waitUntil("its files are gone") {
                !FileManager.default.fileExists(atPath: "\(jobd.state)/jobs/\(id)")
            }
            #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
            #expect(!FileManager.default.fileExists(atPath: "\(jobd.state)/set-aside"))
        }
    }

    /// An index that somebody dropped: jobs would be queued for ever.
    @Test func aMissingIndexIsMadeAnew() throws {
        try DaemonFixture.with { jobd in
            #expect(jobd.stop() == 0)
            let sqlite = try ChildProcess(
                "/usr/bin/sqlite3", ["\(jobd.state)/jobd.db", "DROP INDEX jobs_queued"])
            #expect(sqlite.wait() == 0)
            try jobd.start()
            try jobd.finished(try jobd.submit(["command": ["true"]]))
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.contains("index jobs_queued"))
        }
    }
}
