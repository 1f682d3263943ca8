import CLinux

/// Whether the database is on a file system that keeps what it promises.
struct FileSystemCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        guard let path = examination.state else { return [] }
        let kind = linux_file_system_kind(path)
        guard kind >= 0 else { return [] }
        return [Self.finding(kind: kind, path)]
    }

    /// What there is to say of a file system of this kind, `f_type` of statfs(2).
    static func finding(kind: Int64, _ path: String) -> Finding {
        if let name = shared[kind] {
            return Finding(
                "file system", .warning,
                "\(path) is on \(name), where locks and shared memory, which SQLite needs "
                    + "(sqlite.org/wal.html), cannot be relied on",
                advice: "put the state directory on a local disk")
        }
        if let name = volatile[kind] {
            return Finding(
                "file system", .warning, "\(path) is on \(name): nothing outlives the machine",
                advice: "put the state directory on a disk")
        }
        return Finding("file system", .ok, "\(path) is on a local file system")
    }

    /// Magic numbers of the kernel's include/uapi/linux/magic.h and statfs(2).
    private static let shared: [Int64: String] = [
        0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB 2",
        0x6573_5546: "a FUSE file system", 0x0102_1997: "9P", 0x00C3_6400: "Ceph",
        0x5346_414F: "AFS", 0x0BD0_0BD0: "Lustre", 0x786F_4256: "a VirtualBox shared folder",
    ]
    private static let volatile: [Int64: String] = [0x0102_1994: "tmpfs", 0x8584_58F6: "ramfs"]
}
