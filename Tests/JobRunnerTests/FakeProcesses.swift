import Foundation
import JobTestSupport

/// A directory that looks like `/proc`, with the processes a test puts there.
struct FakeProcesses {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Where the processes are.
    var root: String { "\(directory.path)/proc" }

    /// Adds a process.
    ///
    /// - Parameter children: of its threads, one after the other.
    func add(_ process: Int32, children: [[Int32]] = [[]]) throws {
        for (index, ofThread) in children.enumerated() {
            let thread = "\(root)/\(process)/task/\(Int(process) + index)"
            try FileManager.default.createDirectory(
                atPath: thread, withIntermediateDirectories: true)
            let list = ofThread.map { "\($0) " }.joined()
            try list.write(toFile: "\(thread)/children", atomically: false, encoding: .utf8)
        }
        for name in ["fd", "fdinfo"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(process)/\(name)", withIntermediateDirectories: true)
        }
    }

    /// Makes a file of that size, without anything in it, and gives its path.
    func file(_ name: String, size: Int64) throws -> String {
        let path = "\(directory.path)/\(name)"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard truncate(path, off_t(size)) == 0 else { throw POSIXError(.EIO) }
        return path
    }

    /// Lets a process have a file open.
    func open(
        _ path: String, as descriptor: Int, of process: Int32, at position: Int64 = 0,
        flags: String = "0100000"
    ) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/\(process)/fd/\(descriptor)", withDestinationPath: path)
        try "pos:\t\(position)\nflags:\t\(flags)\nmnt_id:\t9\n".write(
            toFile: "\(root)/\(process)/fdinfo/\(descriptor)", atomically: false, encoding: .utf8)
    }
}
