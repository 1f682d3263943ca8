import Glibc

/// Finds the supervisor's program. The tests cannot depend on its target, which
/// is built in another mode than theirs.
enum SupervisorBinary {
    /// Named by `JOBD_SUPERVISE`, or beside the program that runs the tests.
    static let path: String = {
        if let named = getenv("JOBD_SUPERVISE") { return String(cString: named) }
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let program = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        let folder = program.lastIndex(of: "/").map { program[..<$0] } ?? "."
        return "\(folder)/jobd-supervise"
    }()
}
