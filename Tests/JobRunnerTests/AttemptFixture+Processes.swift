import CLinux
import Foundation
import JobRunner
import Journal

extension AttemptFixture {
    /// Waits until the condition is true.
    func eventually(_ condition: () throws -> Bool) async throws {
        while try !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// Waits until so many microseconds have passed: another attempt runs into
    /// that time limit.
    static func outlast(microseconds: Int64) async throws {
        let other = try AttemptFixture()
        let exit = try await other.run(["sleep", "3600"]) {
            $0.timeoutMicroseconds = microseconds
        }
        guard exit?.cause == .timeout else { throw JournalError(operation: "outlast", code: EINTR) }
    }

    /// The processes that run the program of that name.
    func processes(named name: String) throws -> [Int32] {
        try processes().filter { pid in
            let found = FileManager.default.contents(atPath: "/proc/\(pid)/comm") ?? Data()
            return found.elementsEqual("\(name)\n".utf8)
        }
    }

    /// Whether a signal has stopped all processes, which are at least so many,
    /// and no other has come meanwhile.
    func isStopped(atLeast count: Int) throws -> Bool {
        let found = try processes()
        guard found.count >= count, found.allSatisfy(Self.isStopped) else { return false }
        return Set(try processes()) == Set(found)
    }

    /// Whether a signal has stopped this process.
    static func isStopped(_ pid: Int32) -> Bool {
        linux_process_state(pid) == Int32(UInt8(ascii: "T"))
    }

    /// Waits until the supervisor does not wake for a while.
    func untilIdle() async throws {
        var before = ""
        while true {
            let now = try contextSwitches()
            if now == before { return }
            before = now
            // Longer than the intervals at which anything is looked at again.
            try await Self.outlast(microseconds: 500_000)
        }
    }

    private func contextSwitches() throws -> String {
        let status = try String(contentsOfFile: "/proc/\(supervisor)/status", encoding: .utf8)
        return status.split(separator: "\n").filter { $0.contains("ctxt_switches") }
            .joined(separator: "\n")
    }

    /// Whether the supervisor has read every request.
    var hasTakenRequests: Bool {
        let fifo = linux_open(directory.control, O_RDONLY | O_NONBLOCK, 0)
        defer { close(fifo) }
        var entry = pollfd(fd: fifo, events: Int16(POLLIN), revents: 0)
        return linux_poll(&entry, 1, 0) == 0
    }
}
