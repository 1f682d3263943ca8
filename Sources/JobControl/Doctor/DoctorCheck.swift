/// One of the things that are looked at in a running installation.
protocol DoctorCheck: Sendable {
    /// What there is to say; nothing where it does not apply.
    func findings(_ examination: Examination) async -> [Finding]
}
