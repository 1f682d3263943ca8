/// Looks at a running installation, one thing after the other.
enum Doctor {
    /// What can be looked at whether the daemon answers or not.
    static let local: [any DoctorCheck] = [
        SocketCheck(), TokenFileCheck(), StateDirectoryCheck(), FileSystemCheck(),
        DiskSpaceCheck(), CertificateCheck(),
    ]

    /// What only a daemon that answers can tell.
    static let remote: [any DoctorCheck] = [
        ClockCheck(), SignInCheck(), AddressCheck(), AuthenticationCheck(), HostCheck(),
        OriginCheck(), StreamCheck(), ReadinessCheck(), QueueCheck(),
        LostJobCheck(), ProcessCheck(),
    ]

    /// All that there is to say.
    static func report(_ examination: Examination) async -> DoctorReport {
        var findings = await DaemonCheck().findings(examination)
        let answers = !findings.contains { $0.level == .problem }
        for check in local + (answers ? remote : []) {
            findings += await check.findings(examination)
        }
        return DoctorReport(findings: findings)
    }
}
