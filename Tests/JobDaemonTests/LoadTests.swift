import Foundation
import Glibc
import JobTestSupport
import Testing

/// Many readers, slow readers, full disks.
@Suite(.serialized) struct LoadTests {
    @Test func tooManyStreamsAreToldToComeBack() throws {
        try DaemonFixture.with(["--stream-limit", "2"]) { jobd in
            let id = try jobd.submit(["command": ["sleep", "1000"]])
            var open: [TestConnection] = []
            for _ in 0..<2 {
                let connection = try TestConnection(jobd.address)
                try connection.send("GET", "/jobs/\(id)/progress")
                _ = try connection.head()
                _ = try connection.piece()
                open.append(connection)
            }
            let (head, body) = try jobd.request("GET", "/jobs/\(id)/progress")
            #expect(head.status == 200)
            var parser = TestEventParser()
            #expect(parser.feed(body).isEmpty)
            #expect((parser.retry ?? 0) >= 20_000)
            open.removeLast()
            try waitUntil("there is room again") {
                let events = try jobd.stream("/jobs/\(id)/progress") { _ in true }
                return !events.isEmpty
            }
        }
    }

    @Test func eachClientMayHaveSoManyStreams() throws {
        try DaemonFixture.with(["--streams-per-client", "1"], asksForTokens: true) { jobd in
            jobd.bearer = try jobd.token
            let other = try jobd.json("POST", "/tokens", body: #"{"name":"other","role":"read"}"#)
            let token = try #require(other.object["token"] as? String)
            func stream(_ token: String) throws -> (TestConnection, isRefused: Bool) {
                let connection = try TestConnection(jobd.address)
                try connection.send("GET", "/events", ["Authorization": "Bearer \(token)"])
                _ = try connection.head()
                var parser = TestEventParser()
                _ = parser.feed(try connection.piece() ?? [])
                return (connection, (parser.retry ?? 0) >= 20_000)
            }
            var first = [try stream(try jobd.token)]
            #expect(first.allSatisfy { !$0.isRefused })
            #expect(try stream(try jobd.token).isRefused)
            #expect(try !stream(token).isRefused)
            first = []
            try waitUntil("there is room again") { try !stream(try jobd.token).isRefused }
        }
    }

    @Test func aReaderThatReadsNothingIsCutAndHoldsUpNobody() throws {
        try DaemonFixture.with(["--stall-seconds", "1", "--progress-interval-seconds", "0"]) {
            jobd in
            let id = try jobd.submit([
                // More than the largest buffer that the kernel gives a connection.
                "command": """
                text=$(printf 'x%.0s' $(seq 400))
                seq 1 20000 | sed "s,$,/20000 $text," > $JOBD_PROGRESS
                """
            ])
            let stalled = try TestConnection(jobd.address, receiveBuffer: 4096)
            try stalled.send("GET", "/jobs/\(id)/progress")
            _ = try stalled.head()
            // It reads no more; others do, to the end.
            let all = try jobd.stream("/jobs/\(id)/progress")
            #expect(all.last?.event == "end")
            try waitUntil("the connection is cut") { connections(jobd) == 0 }
            // It resumes where it was, with what had arrived.
            var parser = TestEventParser()
            var received: [TestEvent] = []
            while let piece = try? stalled.piece() { received += parser.feed(piece) }
            #expect(received.count < all.count)
            let rest = try jobd.stream(
                "/jobs/\(id)/progress", ["Last-Event-ID": try #require(received.last?.id)])
            #expect(received + rest == all)
        }
    }

    /// A daemon that was held up finds all that a job has told, and its end.
    @Test func aBurstThatIsReadAtOnceEndsWithItsJob() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let go = "\(jobd.directory)/go"
            let id = try jobd.submit([
                "command": """
                while [ ! -e \(go) ]; do sleep 0.02; done
                seq 1 3000 | sed 's,$,/3000,' > $JOBD_PROGRESS
                """
            ])
            try waitUntil("it runs") { !jobd.remnants().isEmpty }
            jobd.daemon?.signal(SIGSTOP)
            defer { jobd.daemon?.signal(SIGCONT) }
            touch(go)
            try waitUntil("its supervisor has gone") { jobd.remnants().isEmpty }
            jobd.daemon?.signal(SIGCONT)
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.events(of: id).count > 3000)
        }
    }

    /// Established TCP connections at the daemon's end (proc_net_tcp(5)).
    private func connections(_ jobd: DaemonFixture) -> Int {
        let port = jobd.address.split(separator: ":").last.flatMap { Int($0) } ?? 0
        let hexadecimal = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
        let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        return table.split(separator: "\n").count { line in
            let columns = line.split(separator: " ")
            return columns.count > 3 && columns[1].hasSuffix(suffix) && columns[3] == "01"
        }
    }

    @Test func runningOutOfDescriptorsIsGotOver() throws {
        let fixture = try DaemonFixture(["--slots", "2"])
        defer { fixture.tearDown() }
        fixture.openFiles = 64
        try fixture.start()
        let job = try fixture.submit(["command": "echo 50%; exec sleep 1000"])
        var open = try (0..<80).map { _ in try TestConnection(fixture.address) }
        // Those that were let in are answered; the others are sent away.
        for connection in open { try? connection.send("GET", "/health") }
        _ = try open[0].head()
        open = []
        // A request that comes while there is still no descriptor may wait long;
        // the next one does not.
        fixture.patienceSeconds = 2
        try waitUntil("it answers again") {
            (try? fixture.json("GET", "/health").status) == 200
        }
        fixture.patienceSeconds = 30
        let second = try fixture.submit(["command": ["true"]])
        #expect(try fixture.finished(second)["state"] as? String == "succeeded")
        #expect(try fixture.json("GET", "/jobs/\(job)").object["state"] as? String == "running")
    }

    /// Only root can mount a disk that is small enough to fill.
    @Test(.enabled(if: getuid() == 0))
    func whenTheDiskIsFullNothingIsHalfStoredAndAllGoesOnOnceThereIsRoom() throws {
        let fixture = try DaemonFixture(["--listen", "127.0.0.1:0"])
        try FileManager.default.createDirectory(
            atPath: fixture.state, withIntermediateDirectories: true)
        let mounted = try ChildProcess(
            "/bin/mount", ["-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", fixture.state])
        try #require(mounted.wait() == 0)
        defer {
            fixture.kill()
            for pid in fixture.remnants() { _ = kill(pid, SIGKILL) }
            _ = try? ChildProcess("/bin/umount", ["-l", fixture.state]).wait()
            try? FileManager.default.removeItem(atPath: fixture.directory)
        }
        try fixture.start()
        let go = "\(fixture.directory)/go"
        let id = try fixture.submit([
            "command": "while [ ! -e \(go) ]; do sleep 0.02; done; seq 1 2000; echo '50%'"
        ])
        try waitUntil("it runs") {
            try fixture.json("GET", "/jobs/\(id)").object["state"] as? String == "running"
        }
        // Fill the disk to the last byte.
        let ballast = "\(fixture.state)/ballast"
        let file = open(ballast, O_WRONLY | O_CREAT, 0o600)
        let zeros = [UInt8](repeating: 0, count: 4096)
        while write(file, zeros, zeros.count) > 0 {}
        close(file)
        try waitUntil("a submission is refused") {
            let (status, problem) = try fixture.json(
                "POST", "/jobs", body: #"{"command": ["true"], "name": "refused or not"}"#)
            if status == 201 { return false }
            #expect(status == 507)
            #expect(problem["code"] as? String == "storage_full")
            return true
        }
        let stored = (try fixture.json("GET", "/jobs").object["jobs"] as? [Any])?.count
        #expect(try fixture.json("GET", "/ready").status == 503)
        #expect(try fixture.json("GET", "/health").status == 200)
        // The job goes on, and waits in its writes.
        touch(go)
        #expect(try fixture.stream("/jobs/\(id)/progress") { _ in true }.count == 1)
        unlink(ballast)
        try waitUntil("it is ready again") { try fixture.json("GET", "/ready").status == 200 }
        let job = try fixture.finished(id)
        #expect(job["state"] as? String == "succeeded")
        #expect((job["progress"] as? [String: Any])?["fraction"] as? Double == 0.5)
        let output = try fixture.request("GET", "/jobs/\(id)/output?stream=stdout").body
        let lines = (1...2000).map { "\($0)\n" }.joined() + "50%\n"
        #expect(output == Array(lines.utf8))
        #expect((try fixture.json("GET", "/jobs").object["jobs"] as? [Any])?.count == stored)
    }
}
