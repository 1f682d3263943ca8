internal import CLinux
internal import Glibc

/// Finds the files that the processes of an attempt read, in `/proc`.
///
/// What cannot be looked at is passed over: processes come and go meanwhile, and
/// those of other users keep their files to themselves (proc_pid_fd(5)). It may
/// block for as long as a file system that does not answer, since it asks for
/// the files' sizes.
package struct OpenFiles: Sendable {
    /// Smaller files, in bytes, are passed over. They are read in a moment; those
    /// that stay open are scripts, settings and lists; and the buffer of who reads
    /// them is a good part of them (cp(1) and cat(1) read 128 KiB and more at a
    /// time), so that the position says little.
    package static let smallestSize: Int64 = 1 << 20
    /// So many threads, or descriptors, of one process are looked at.
    private static let limitOfProcess = 1000
    /// So many of all processes together.
    private static let limit = 10_000

    private let root: String
    /// How many more threads and descriptors may be looked at.
    private var budget = Self.limit
    private var found: [OpenFile] = []

    /// The files of a certain size that the descendants of a process have open
    /// for reading, those of the nearest descendants first. With very many
    /// processes, threads or descriptors it is those of the first of them.
    ///
    /// The process itself is left out: it is the supervisor, and what it reads
    /// are jobd's own files.
    ///
    /// - Parameter root: where proc(5) is mounted.
    package static func read(below process: Int32, root: String = "/proc") -> [OpenFile] {
        var files = OpenFiles(root: root)
        files.read(below: process)
        return files.found
    }

    private init(root: String) {
        self.root = root
    }

    private mutating func read(below process: Int32) {
        var processes = children(of: process)
        var index = 0
        while index < processes.count, budget > 0 {
            readFiles(of: processes[index])
            processes += children(of: processes[index])
            index += 1
        }
    }

    /// proc_tid_children(5): each thread has children of its own. Some may be
    /// missed while others end; the next look finds them.
    private mutating func children(of process: Int32) -> [Int32] {
        var children: [Int32] = []
        for thread in entries(of: "\(root)/\(process)/task") {
            let list = content(of: "\(root)/\(process)/task/\(thread)/children")
            children += list.split(separator: " ").compactMap { Int32($0) }
        }
        return children
    }

    private mutating func readFiles(of process: Int32) {
        for descriptor in entries(of: "\(root)/\(process)/fd") {
            if let file = file(descriptor, of: process) { found.append(file) }
        }
    }

    private func file(_ descriptor: Int32, of process: Int32) -> OpenFile? {
        let link = "\(root)/\(process)/fd/\(descriptor)"
        var status = stat()
        // The link leads to the file also when that has no name any more.
        guard stat(link, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size >= Self.smallestSize,
            let opening = FileOpening(
                content(of: "\(root)/\(process)/fdinfo/\(descriptor)")),
            opening.isForReading, opening.position <= status.st_size,
            var path = target(of: link), !Self.isSpecial(path)
        else { return nil }
        if status.st_nlink == 0, path.hasSuffix(Self.deleted) {
            path.removeLast(Self.deleted.count)
        }
        return OpenFile(
            id: OpenFile.ID(
                process: process, descriptor: descriptor, device: UInt64(status.st_dev),
                inode: UInt64(status.st_ino)),
            name: path.split(separator: "/").last.map(String.init) ?? path,
            position: opening.position, size: Int64(status.st_size))
    }

    /// Whether it is a file only in form: the kernel's, a device's, or memory.
    private static func isSpecial(_ path: String) -> Bool {
        special.contains { path.hasPrefix($0) }
    }

    /// The last is that of memfd_create(2).
    private static let special = ["/proc/", "/sys/", "/dev/", "/memfd:"]
    /// What follows the name of a file that was removed: proc_pid_fd(5).
    private static let deleted = " (deleted)"

    private func target(of link: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &bytes, bytes.count)
        if count <= 0 { return nil }
        return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The numbers that a directory's entries are named with, as many as may be
    /// looked at.
    private mutating func entries(of path: String) -> [Int32] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var numbers: [Int32] = []
        while numbers.count < min(budget, Self.limitOfProcess), let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = Int32(name) { numbers.append(number) }
        }
        budget -= numbers.count
        return numbers
    }

    private func content(of path: String) -> String {
        let file = Descriptor(linux_open(path, O_RDONLY, 0))
        if file.number < 0 { return "" }
        var content: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = linux_read(file.number, &part, part.count)
            if count <= 0 { break }
            content += part[..<Int(count)]
        }
        return String(decoding: content, as: UTF8.self)
    }
}
