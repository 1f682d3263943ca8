import Foundation
import Glibc
import JobTestSupport
import Testing

/// The machine stops in the middle: what was acknowledged or sent is there when
/// it is back. A file system of its own loses what had not reached its disk.
@Suite(.serialized, .enabled(if: LoopDisk.isPossible, "needs to mount a file system"))
struct PowerLossTests {
    @Test func whatWasAcknowledgedOrSentIsThereAfterwards() throws {
        let fixture = try DaemonFixture(["--progress-interval-seconds", "0.01"])
        let image = "\(fixture.directory)/disk"
        try run("/bin/dd", "if=/dev/zero", "of=\(image)", "bs=1M", "count=64")
        try run("/sbin/mkfs.ext4", "-q", "-F", image)
        mkdir(fixture.state, 0o700)
        try run("/bin/mount", "-o", "loop", image, fixture.state)
        defer {
            fixture.kill()
            for pid in fixture.remnants() { _ = Glibc.kill(pid, SIGKILL) }
            _ = try? ChildProcess("/bin/umount", ["-l", fixture.state]).wait()
            fixture.tearDown()
        }
        try fixture.start()
        let job = try fixture.submit([
            "command": "for i in $(seq 1 100000); do echo $i/100000; sleep 0.01; done"
        ])
        var acknowledged = [job]
        let received = try fixture.stream("/jobs/\(job)/progress") { event in
            // Other clients' submissions are answered in between.
            acknowledged += (try? fixture.submit(["command": ["true"]])).map { [$0] } ?? []
            return acknowledged.count > 40
        }
        try cutPower(fixture.state)
        fixture.kill()
        for pid in fixture.remnants() { _ = Glibc.kill(pid, SIGKILL) }
        try waitUntil("nothing uses the disk") {
            try ChildProcess("/bin/umount", [fixture.state]).wait() == 0
        }
        #expect(try mount(image, fixture.state))
        try fixture.start()
        for id in acknowledged {
            #expect(try fixture.json("GET", "/jobs/\(id)").status == 200, "job \(id)")
        }
        let stored = try fixture.events(of: job)
        #expect(stored.count >= received.count)
        for (event, row) in zip(received, stored) {
            #expect(event.json["id"] as? Int == row["id"] as? Int)
            #expect(event.json["done"] as? Double == row["done"] as? Double)
        }
        // The client goes on where it was.
        let last = try #require(received.last?.id.flatMap { Int($0) })
        _ = try fixture.json("POST", "/jobs/\(job)/cancel")
        try fixture.finished(job)
        let rest = try fixture.stream("/jobs/\(job)/progress?after=\(last)")
        #expect(rest.last?.event == "end")
        #expect(rest.allSatisfy { $0.event != "reset" })
    }

    private func run(_ program: String, _ arguments: String...) throws {
        try #require(try ChildProcess(program, arguments).wait() == 0, "\(program)")
    }

    private func mount(_ image: String, _ directory: String) throws -> Bool {
        try ChildProcess("/bin/mount", ["-o", "loop", image, directory]).wait() == 0
    }

    /// EXT4_IOC_SHUTDOWN (linux/ext4.h) without flushing the log: the file system
    /// stops as it would with the power.
    private func cutPower(_ directory: String) throws {
        let descriptor = open(directory, O_RDONLY)
        defer { close(descriptor) }
        var withoutFlushingTheLog: UInt32 = 2
        try #require(ioctl(descriptor, 0x8004_587d, &withoutFlushingTheLog) == 0)
    }
}
