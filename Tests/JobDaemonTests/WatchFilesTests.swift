import Foundation
import Glibc
import JobTestSupport
import Testing

/// Progress of commands that print none, from the files that they read.
@Suite(.serialized) struct WatchFilesTests {
    private static let size = 8 << 20

    /// Makes a file without anything in it.
    private func makeFile(_ jobd: DaemonFixture, _ name: String) throws -> String {
        let path = "\(jobd.directory)/\(name)"
        touch(path)
        #expect(truncate(path, off_t(Self.size)) == 0)
        return path
    }

    /// Shell lines that read the file at descriptor 3 a little at a time, as a
    /// slow reader does, until there is a gate.
    private func readTo(_ jobd: DaemonFixture, _ gate: String) -> String {
        """
        while [ ! -e \(jobd.gate(gate)) ]; do
            dd bs=512 count=1 <&3 >/dev/null 2>&1; sleep 0.1
        done
        """
    }

    /// Goes on to a place in the file, as if all up to there had been read.
    private func seek(to place: Int) -> String {
        "python3 -c 'import os; os.lseek(3, \(place), os.SEEK_SET)'"
    }

    private func fromFiles(_ jobd: DaemonFixture, _ id: Int) throws -> [[String: Any]] {
        try jobd.events(of: id).filter { $0["source"] as? String == "files" }
    }

    /// Waits for a reading that says so many bytes, and gives it.
    private func told(_ place: Int, _ jobd: DaemonFixture, _ id: Int) throws -> TestEvent {
        let events = try jobd.stream("/jobs/\(id)/progress") {
            $0.json["done"] as? Int == place
        }
        return try #require(events.last)
    }

    @Test func theStreamTellsHowFarAFileIsRead() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let file = try makeFile(jobd, "film.mkv")
            let script = """
                exec 3<'\(file)'
                \(readTo(jobd, "first"))
                \(seek(to: 2 << 20))
                \(readTo(jobd, "second"))
                \(seek(to: 6 << 20))
                while [ ! -e \(jobd.gate("end")) ]; do sleep 0.05; done
                """
            let id = try jobd.submit(["command": script, "watch_files": true])
            let without = try jobd.submit(["command": script])
            try waitUntil("its file is seen") { try !fromFiles(jobd, id).isEmpty }
            let first = try #require(try fromFiles(jobd, id).first)
            #expect(first["message"] as? String == "film.mkv")
            #expect(first["unit"] as? String == "bytes")
            #expect(first["total"] as? Int == Self.size)
            #expect(first["attempt"] as? Int == 1)
            #expect(try jobd.job(id)["watch_files"] as? Bool == true)
            jobd.open(gate: "first")
            try waitUntil("it is past the first quarter") {
                try fromFiles(jobd, id).contains { ($0["done"] as? Int ?? 0) > 2 << 20 }
            }
            jobd.open(gate: "second")
            let last = try told(6 << 20, jobd, id)
            #expect(last.event == nil && last.id != nil)
            #expect(last.json["source"] as? String == "files")
            #expect(last.json["fraction"] as? Double == 0.75)
            #expect((last.json["rate"] as? Double ?? 0) > 0)
            #expect((last.json["eta_seconds"] as? Double ?? 0) > 0)
            jobd.open(gate: "end")
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded")
            #expect((job["progress"] as? [String: Any])?["fraction"] as? Double == 0.75)
            let events = try jobd.events(of: id)
            #expect(events.last?["state"] as? String == "succeeded")
            let places = try fromFiles(jobd, id).compactMap { $0["done"] as? Int }
            #expect(places == Set(places).sorted())
            // It has read as long, and nobody asked.
            try jobd.finished(without)
            #expect(try jobd.events(of: without).allSatisfy { $0["source"] == nil })
        }
    }

    @Test func aCommandThatCopiesIsWatched() throws {
        try DaemonFixture.with { jobd in
            let file = try makeFile(jobd, "in")
            // A reader at the end of a pipe that the test keeps full or not.
            let fifo = "\(jobd.directory)/fifo"
            #expect(mkfifo(fifo, 0o600) == 0)
            let id = try jobd.submit([
                "command": ["dd", "if=\(file)", "of=\(fifo)", "bs=64k", "status=none"],
                "watch_files": true,
            ])
            let reader = open(fifo, O_RDONLY | O_CLOEXEC)
            defer { close(reader) }
            var part = [UInt8](repeating: 0, count: 64 << 10)
            var taken = 0
            while try fromFiles(jobd, id).isEmpty, taken < Self.size {
                taken += max(0, read(reader, &part, part.count))
                // So fast the command reads; the loop waits for a reading.
                usleep(100_000)
            }
            let events = try fromFiles(jobd, id)
            #expect(events.last?["message"] as? String == "in")
            let fraction = try #require(events.last?["fraction"] as? Double)
            // What stands in the pipe and in its hands was read, too.
            #expect(fraction <= Double(taken + (256 << 10)) / Double(Self.size))
            while taken < Self.size { taken += max(0, read(reader, &part, part.count)) }
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
        }
    }

    @Test func whatIsPrintedEndsIt() throws {
        try DaemonFixture.with { jobd in
            let file = try makeFile(jobd, "file")
            let id = try jobd.submit([
                "command": """
                exec 3<'\(file)'
                echo no progress, and 3 words
                \(readTo(jobd, "print"))
                echo 'looking about' > $JOBD_PROGRESS
                \(readTo(jobd, "number"))
                echo 42%
                \(readTo(jobd, "end"))
                """, "watch_files": true,
            ])
            try waitUntil("its file is seen") { try !fromFiles(jobd, id).isEmpty }
            jobd.open(gate: "print")
            let sources = { try jobd.events(of: id).compactMap { $0["source"] as? String } }
            // A word alone is no progress in numbers: the file is still better.
            try waitUntil("it goes on after a message") {
                try sources().split(separator: "direct").count == 2
            }
            jobd.kill()
            jobd.open(gate: "number")
            try waitUntil("it has printed") {
                let journal = "\(jobd.state)/jobs/\(id)/1/journal"
                return FileManager.default.contents(atPath: journal)?
                    .range(of: Data("42%".utf8)) != nil
            }
            try jobd.start()
            try waitUntil("it is stored") { try sources().last == "percent" }
            let before = try jobd.events(of: id).count
            // Another one that reads is seen twice meanwhile.
            let other = try jobd.submit([
                "command": "exec 3<'\(file)'; \(readTo(jobd, "end"))", "watch_files": true,
                "queue": "default",
            ])
            try waitUntil("the other is seen") { try fromFiles(jobd, other).count >= 2 }
            #expect(try jobd.events(of: id).count == before)
            // Nor after another start.
            try jobd.killAndRestart()
            let seen = try fromFiles(jobd, other).count
            try waitUntil("the other is seen again") { try fromFiles(jobd, other).count > seen }
            #expect(try jobd.events(of: id).count == before)
            #expect(try sources().count { $0 == "direct" } == 1)
            jobd.open(gate: "end")
            try jobd.finished(id)
            #expect(try sources().last == "percent")
        }
    }

    @Test func itGoesOnAfterTheDaemonWasKilled() throws {
        try DaemonFixture.with { jobd in
            let file = try makeFile(jobd, "file")
            let id = try jobd.submit([
                "command": """
                exec 3<'\(file)'
                \(readTo(jobd, "go"))
                \(seek(to: 4 << 20))
                \(readTo(jobd, "end"))
                """, "watch_files": true,
            ])
            try waitUntil("its file is seen") { try !fromFiles(jobd, id).isEmpty }
            for _ in 0..<3 {
                try jobd.killAndRestart()
                let seen = try fromFiles(jobd, id).count
                try waitUntil("it is seen again") { try fromFiles(jobd, id).count > seen }
            }
            jobd.kill()
            jobd.open(gate: "go")
            try jobd.start()
            try waitUntil("it is past the half") {
                try fromFiles(jobd, id).contains { ($0["fraction"] as? Double ?? 0) > 0.5 }
            }
            jobd.open(gate: "end")
            try jobd.finished(id)
            let places = try fromFiles(jobd, id).compactMap { $0["done"] as? Int }
            #expect(places == Set(places).sorted())
            #expect(try jobd.events(of: id).last?["state"] as? String == "succeeded")
        }
    }

    /// One that runs as long shows that a look was left out meanwhile.
    @Test func itRestsWhileTheJobIsPausedAndGoesOn() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let file = try makeFile(jobd, "file")
            let id = try jobd.submit([
                "command": "exec 3<'\(file)'; \(readTo(jobd, "end"))", "watch_files": true,
            ])
            try waitUntil("its file is seen") { try !fromFiles(jobd, id).isEmpty }
            #expect(try jobd.send("POST", "/jobs/\(id)/pause").status == 200)
            try waitUntil("it stands still") {
                jobd.processes(id).allSatisfy { processState($0) == "T" }
            }
            let reference = try jobd.submit(["command": "sleep 1000", "timeout_seconds": 2.5])
            try jobd.finished(reference)
            let seen = try fromFiles(jobd, id).count
            #expect(try jobd.send("POST", "/jobs/\(id)/resume").status == 200)
            try waitUntil("it is seen again") { try fromFiles(jobd, id).count > seen + 1 }
            jobd.open(gate: "end")
            try jobd.finished(id)
        }
    }

    @Test func jobctlAsksForIt() throws {
        try DaemonFixture.with { jobd in
            let submitted = try jobd.jobctl("submit", "--watch-files", "--", "true")
            #expect(submitted.status == 0, "\(submitted.errors)")
            #expect(try jobd.job(1)["watch_files"] as? Bool == true)
            let path = try jobd.file("jobs.yaml", "- {command: [\"true\"], watch_files: true}\n")
            #expect(try jobd.jobctl("submit", "-f", path).status == 0)
            #expect(try jobd.job(2)["watch_files"] as? Bool == true)
            #expect(try jobd.jobctl("submit", "--", "true").status == 0)
            #expect(try jobd.job(3)["watch_files"] as? Bool == false)
        }
    }
}
