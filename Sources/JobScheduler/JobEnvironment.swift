import JobModel
import JobRunner

/// What a command finds in its environment: the daemon's own without what is the
/// daemon's alone, then what the spec adds, then what jobd tells every job.
struct JobEnvironment: Sendable {
    private let base: [String: String]
    /// The same, without what is the daemon's user's.
    private let foreign: [String: String]

    /// - Parameter daemon: the daemon's own environment.
    init(daemon: [String: String]) {
        base = daemon.filter { name, _ in
            !name.hasPrefix("JOBD_") && !name.hasPrefix("LISTEN_") && !Self.own.contains(name)
        }
        foreign = base.filter { name, _ in
            !Self.usersPrefixes.contains { name.hasPrefix($0) } && !Self.users.contains(name)
        }
    }

    /// What `execve(2)` is given for an attempt.
    ///
    /// - Parameter account: as whom it runs; nil: as the daemon.
    func environment(
        of attempt: AttemptID, _ spec: JobSpec, granted: [String: Grant],
        in directory: AttemptDirectory, as account: Account?
    ) -> [String: String] {
        var environment = account == nil ? base : foreign
        if let account {
            // As login(1) and systemd.exec(5) set them.
            environment["HOME"] = account.home
            environment["USER"] = account.name
            environment["LOGNAME"] = account.name
            environment["SHELL"] = account.shell
        }
        if environment["PATH"] == nil { environment["PATH"] = Self.defaultPath }
        // Python collects its output in a pipe, and progress would come at the end.
        environment["PYTHONUNBUFFERED"] = environment["PYTHONUNBUFFERED"] ?? "1"
        if spec.tty { environment["TERM"] = "xterm-256color" }
        environment.merge(spec.environment) { _, given in given }
        environment.merge(spec.secretEnvironment.compactMapValues(\.value)) { _, given in given }
        environment["JOBD_JOB_ID"] = "\(attempt.job)"
        environment["JOBD_ATTEMPT"] = "\(attempt.number)"
        environment["JOBD_PROGRESS"] = directory.progress
        for (name, grant) in granted {
            environment["JOBD_RESOURCE_\(name.uppercased())"] =
                switch grant {
                case .amount(let amount): "\(amount)"
                case .names(let names): names.joined(separator: ",")
                }
        }
        return environment
    }

    /// systemd.exec(5), "Environment Variables Set or Propagated by the Service
    /// Manager": what tells a service about itself, which a job is not.
    private static let own: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "INVOCATION_ID", "JOURNAL_STREAM",
        "MAINPID", "MANAGERPID", "SYSTEMD_EXEC_PID", "CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY",
        "STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY",
        "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "FDSTORE",
        // Of the daemon's own libraries: jobd.service sets it.
        "LIBDISPATCH_LOG",
    ]

    /// What says who somebody is, where their files are, and how they are reached: of
    /// one user it is of no use to another.
    private static let users: Set<String> = [
        "HOME", "USER", "LOGNAME", "SHELL", "MAIL", "PWD", "OLDPWD", "DBUS_SESSION_BUS_ADDRESS",
        "XAUTHORITY", "KRB5CCNAME", "GNUPGHOME", "HISTFILE", "TMPDIR",
    ]
    private static let usersPrefixes = ["XDG_", "SSH_", "SUDO_"]

    /// What a shell without a PATH would use.
    private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
