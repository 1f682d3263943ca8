import Foundation
import JobRunner

/// A file system of little room, for as long as it is needed.
struct SmallDisk: ~Copyable {
    let path: String

    /// Whether one can be made here, which takes root and its capabilities.
    static let isPossible: Bool = {
        do {
            let fixture = try AttemptFixture()
            _ = try SmallDisk(at: fixture.root + "/disk", size: "64k")
            return true
        } catch {
            return false
        }
    }()

    /// Mounts it at `path`.
    init(at path: String, size: String = "1m") throws {
        mkdir(path, 0o700)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0 else {
            throw LaunchError(operation: "mount", path: path, code: errno)
        }
        self.path = path
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }

    /// How many blocks are left.
    var room: UInt { Self.room(in: path) }

    /// How many blocks are left on the file system there.
    static func room(in path: String) -> UInt {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? UInt(status.f_bavail) : .max
    }

    /// Takes so many bytes away until the file returned is removed.
    func takeRoom(_ bytes: Int) throws -> String {
        let ballast = path + "/ballast"
        try Data(count: bytes).write(to: URL(fileURLWithPath: ballast))
        return ballast
    }

    /// Leaves no room until the file returned is removed.
    func fill() -> String {
        let ballast = path + "/ballast"
        let file = open(ballast, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let part = [UInt8](repeating: 1, count: 65_536)
        while write(file, part, part.count) > 0 {}
        return ballast
    }
}
