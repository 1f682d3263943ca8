#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Whether there is room for what jobs write.
struct DiskSpaceCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        guard let path = examination.state else { return [] }
        var status = statvfs()
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else { return [] }
        let size = Double(status.f_frsize)
        return [
            Self.finding(
                free: Double(status.f_bavail) * size, total: Double(status.f_blocks) * size, path)
        ]
    }

    /// What there is to say of so many bytes.
    static func finding(free: Double, total: Double, _ path: String) -> Finding {
        let text = "\(Quantity.bytes(free)) (\(Quantity.percent(free / total))) free at \(path)"
        guard free < 1_073_741_824 || free < total * 0.05 else {
            return Finding("disk space", .ok, text)
        }
        return Finding(
            "disk space", .warning, text,
            advice: "make room; `jobctl prune --keep 100` removes finished jobs")
    }
}
