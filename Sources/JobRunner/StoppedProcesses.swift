internal import CLinux
internal import Glibc

/// Processes of a job that stand still though nobody paused it.
package enum StoppedProcesses {
    /// Why a process stands still.
    package enum Cause: Sendable {
        /// A signal: SIGSTOP, or one of the terminal's (signal(7)).
        case signal
        /// A debugger, or whoever traces it: ptrace(2).
        case tracer
    }

    package struct Process: Sendable {
        package let pid: Int32
        /// Its name, of at most 15 characters: proc_pid_comm(5).
        package let name: String
        package let cause: Cause
    }

    /// Those that descend from a process. While processes come and go some may be
    /// missed.
    package static func find(below pid: Int32) -> [Process] {
        var found: [Process] = []
        var parents = [pid]
        var room = [Int32](repeating: 0, count: 64)
        while let parent = parents.popLast(), found.count < limit {
            var count = Int(linux_children(parent, &room, room.count))
            if count > room.count {
                room = [Int32](repeating: 0, count: count * 2)
                count = min(Int(linux_children(parent, &room, room.count)), room.count)
            }
            for child in room[..<max(count, 0)] {
                switch linux_process_state(child) {
                case Int32(UInt8(ascii: "T")):
                    found.append(Process(pid: child, name: name(of: child), cause: .signal))
                case Int32(UInt8(ascii: "t")):
                    found.append(Process(pid: child, name: name(of: child), cause: .tracer))
                default: break
                }
                parents.append(child)
            }
        }
        return found
    }

    /// Nobody reads more.
    private static let limit = 100

    private static func name(of pid: Int32) -> String {
        let file = Descriptor(linux_open("/proc/\(pid)/comm", O_RDONLY, 0))
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = file.number < 0 ? 0 : linux_read(file.number, &bytes, bytes.count)
        return String(decoding: bytes[..<max(Int(count) - 1, 0)], as: UTF8.self)
    }
}
