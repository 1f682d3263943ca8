import Foundation
import Glibc
import JobTestSupport
import Synchronization
import Testing

/// Nothing is lost, whatever dies in between.
@Suite(.serialized) struct SurvivalTests {
    @Test func numberedLinesComeThroughTenKillsOfTheDaemon() throws {
        try DaemonFixture.with { jobd in
            let go = "\(jobd.directory)/go"
            // It goes on by itself, and ends only after the last kill.
            let id = try jobd.submit([
                "command": """
                i=0
                while [ ! -e \(go) ] || [ $i -lt 500 ]; do
                    echo line $i; echo $i > $JOBD_PROGRESS; i=$((i+1)); sleep 0.01
                done
                echo last $i; exit 7
                """
            ])
            for _ in 0..<10 {
                let seen = try size(jobd, id)
                try waitUntil("the job writes on") { try size(jobd, id) > seen }
                try jobd.killAndRestart()
            }
            touch(go)
            let job = try jobd.finished(id)
            #expect(job["exit_code"] as? Int == 7)
            let (_, bytes) = try jobd.request("GET", "/jobs/\(id)/output")
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            let last = try #require(lines.last?.split(separator: " ").last.flatMap { Int($0) })
            #expect(last >= 500)
            #expect(lines.dropLast().map(String.init) == (0..<last).map { "line \($0)" })
            #expect(jobd.remnants() == [])
        }
    }

    private func size(_ jobd: DaemonFixture, _ id: Int) throws -> Int {
        try jobd.request("GET", "/jobs/\(id)/output").body.count
    }

    /// For random events, disconnects and kills: what each client received,
    /// concatenated, is the table of events, each once and in order.
    @Test(arguments: 0..<3)
    func clientsReceiveEveryEventOnce(_ round: Int) throws {
        let seed = SeededGenerator().seed
        var random = SeededGenerator(seed: seed &+ UInt64(round))
        try DaemonFixture.with(["--progress-interval-seconds", "0.02"]) { jobd in
            let jobs = try (0..<3).map { _ in
                let count = Int.random(in: 20...120, using: &random)
                let pause = Double.random(in: 0.005...0.03, using: &random)
                return try jobd.submit([
                    "command":
                        "for i in $(seq 1 \(count)); do echo $i/\(count); sleep \(pause); done"
                ])
            }
            let readers = jobs.flatMap { job in
                (0..<3).map { number in
                    ReconnectingReader(
                        address: jobd.address, path: "/jobs/\(job)/progress", job: job,
                        seed: seed &+ UInt64(job * 10 + number), isPatient: number == 0)
                }
            }
            for reader in readers { reader.start() }
            while readers.contains(where: { !$0.isFinished }) {
                usleep(UInt32.random(in: 20_000...250_000, using: &random))
                if Bool.random(using: &random) { try jobd.killAndRestart() }
            }
            for reader in readers {
                let table = try jobd.events(of: reader.job).compactMap { $0["id"] as? Int }
                #expect(reader.received == table, "job \(reader.job), seed \(seed)")
                #expect(reader.failure == nil)
                #expect(table.count > 5)
            }
            #expect(jobd.remnants() == [])
        }
    }

    @Test func theEndOfAJobWhoseSupervisorWasKilledIsLost() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "sleep 1000 & echo started; wait"])
            try waitUntil("it has started") { try size(jobd, id) > 0 }
            jobd.killSupervisor(id)
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "failed")
            #expect(job["failure"] as? String == "lost")
            #expect(job["error"] as? String != nil)
            try waitUntil("nothing is left of it") { jobd.remnants().isEmpty }
        }
    }

    @Test func bothKilledIsLostToo() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "sleep 1000 & echo started; wait"])
            try waitUntil("it has started") { try size(jobd, id) > 0 }
            jobd.kill()
            jobd.killSupervisor(id)
            try jobd.start()
            #expect(try jobd.finished(id)["failure"] as? String == "lost")
            try waitUntil("nothing is left of it") { jobd.remnants().isEmpty }
        }
    }

    @Test func aJournalWithABrokenTailGivesWhatIsWhole() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            let tails: [[UInt8]] = [
                Array("this is no frame at all, but long enough to hold a header".utf8),
                [UInt8](repeating: 0, count: 4096), [0x4a],
            ]
            let ids = try tails.map { _ in
                try jobd.submit(["command": "echo 30% whole; exec sleep 1000"])
            }
            for id in ids {
                try waitUntil("its progress is stored") {
                    try jobd.json("GET", "/jobs/\(id)").object["progress"] is [String: Any]
                }
            }
            jobd.kill()
            for pid in jobd.remnants() { _ = Glibc.kill(pid, SIGKILL) }
            for (id, tail) in zip(ids, tails) {
                let journal = open("\(jobd.state)/jobs/\(id)/1/journal", O_WRONLY | O_APPEND)
                #expect(write(journal, tail, tail.count) == tail.count)
                close(journal)
            }
            try jobd.start()
            for id in ids {
                #expect(try jobd.finished(id)["failure"] as? String == "lost")
                let output = try jobd.request("GET", "/jobs/\(id)/output").body
                #expect(output == Array("30% whole\n".utf8))
                #expect(try jobd.stream("/jobs/\(id)/progress").count == 4)
                #expect(
                    try jobd.stream("/jobs/\(id)/output", ["Accept": "text/event-stream"])
                        .map(\.event) == ["output", "end"])
            }
        }
    }

    @Test func aJobThatEndedWhileNoDaemonRanHasItsOutcome() throws {
        try DaemonFixture.with { jobd in
            let go = "\(jobd.directory)/go"
            let id = try jobd.submit([
                "command": "while [ ! -e \(go) ]; do sleep 0.02; done; echo '90%'; echo bye; exit 5"
            ])
            try waitUntil("it runs") {
                try jobd.json("GET", "/jobs/\(id)").object["state"] as? String == "running"
            }
            jobd.kill()
            touch(go)
            try waitUntil("it is gone") { jobd.remnants().isEmpty }
            try jobd.start()
            let job = try jobd.finished(id)
            #expect(job["exit_code"] as? Int == 5)
            #expect((job["progress"] as? [String: Any])?["fraction"] as? Double == 0.9)
            #expect(try jobd.request("GET", "/jobs/\(id)/output").body == Array("90%\nbye\n".utf8))
        }
    }

    @Test func anOrderlyStopEndsStreamsAndLeavesJobsRunning() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["sleep", "1000"]])
            let connection = try TestConnection(jobd.address)
            try connection.send("GET", "/jobs/\(id)/progress")
            _ = try connection.head()
            var parser = TestEventParser()
            var events: [TestEvent] = []
            while events.count < 2 { events += parser.feed(try #require(try connection.piece())) }
            jobd.daemon?.signal(SIGTERM)
            // The stream ends properly, without an `end`: the client reconnects.
            while let piece = try connection.piece() { events += parser.feed(piece) }
            #expect(jobd.daemon?.wait() == 0)
            #expect(!events.contains { $0.event == "end" })
            #expect(!jobd.remnants().isEmpty)
            #expect(!FileManager.default.fileExists(atPath: "\(jobd.state)/address"))
            #expect(!FileManager.default.fileExists(atPath: "\(jobd.state)/jobd.sock"))
            try jobd.start()
            #expect(try jobd.json("GET", "/jobs/\(id)").object["state"] as? String == "running")
            #expect(try jobd.request("POST", "/jobs/\(id)/cancel").head.status == 202)
            #expect(try jobd.finished(id)["state"] as? String == "cancelled")
        }
    }
}

/// A client that is cut off again and again, and resumes where it was.
final class ReconnectingReader: Sendable {
    private struct State {
        var received: [Int] = []
        var isFinished = false
        var failure: String?
    }

    let job: Int
    private let address: String
    private let path: String
    private let seed: UInt64
    /// Whether it only ever loses its connection to the daemon's death.
    private let isPatient: Bool
    private let state = Mutex(State())

    init(address: String, path: String, job: Int, seed: UInt64, isPatient: Bool) {
        self.address = address
        self.path = path
        self.job = job
        self.seed = seed
        self.isPatient = isPatient
    }

    var received: [Int] { state.withLock { $0.received } }
    var isFinished: Bool { state.withLock { $0.isFinished } }
    var failure: String? { state.withLock { $0.failure } }

    func start() {
        Thread.detachNewThread { self.run() }
    }

    private func run() {
        var random = SeededGenerator(seed: seed)
        while !isFinished {
            do {
                try readOnce(&random)
            } catch {
                // The daemon is being restarted.
                usleep(10_000)
            }
        }
    }

    private func readOnce(_ random: inout SeededGenerator) throws {
        let connection = try TestConnection(address)
        let last = received.last
        try connection.send(
            "GET", path, last.map { ["Last-Event-ID": String($0)] } ?? [:])
        let head = try connection.head()
        guard head.status == 200 else {
            return state.withLock { state in
                state.isFinished = true
                if head.status != 204 { state.failure = "status \(head.status)" }
            }
        }
        var parser = TestEventParser()
        var patience = isPatient ? Int.max : Int.random(in: 1...25, using: &random)
        while let piece = try connection.piece() {
            for event in parser.feed(piece) {
                let id = event.id.flatMap { Int($0) }
                state.withLock { state in
                    if let id { state.received.append(id) }
                    if event.event == "reset" { state.failure = "reset" }
                }
                patience -= 1
                if patience <= 0 { return }
            }
        }
    }
}
