/// What a manual page says that no declaration does, because it concerns the
/// program and not a word of its command line.
struct ManualSupplement {
    /// A term and what there is to say of it.
    typealias Entry = (term: String, text: String)

    var environment: [Entry] = []
    var files: [Entry] = []
    var status: [Entry] = []
    /// Other pages: name and section.
    var related: [(name: String, section: String)] = []

    /// What there is for the program of this name.
    init(_ program: String) {
        switch program {
        case "jobctl": self = .jobctl
        case "jobd": self = .jobd
        default: self.init()
        }
    }

    private init() {}

    private static let jobctl: ManualSupplement = {
        var supplement = ManualSupplement()
        supplement.environment = [
            ("JOBD_URL", "The daemon, as for --url."),
            ("JOBD_TOKEN", "The access token, as for --token."),
            (
                "JOBD_CA_FILE, SSL_CERT_FILE",
                "Certificates (PEM) to trust over https, in place of the system's, as for "
                    + "--ca-file: a daemon's own, or its authority's."
            ),
            ("JOBD_PROGRESS", "Set inside a job: where `jobctl progress` tells how far it is."),
            (
                "XDG_RUNTIME_DIR, XDG_STATE_HOME, HOME",
                "Where a daemon of this user has its socket and its state directory."
            ),
            ("NO_COLOR", "Unless it is empty, nothing is coloured."),
            ("TERM", "On a terminal that is `dumb` nothing is drawn."),
            (
                "JOBCTL_TERMINAL_PROGRESS",
                "Whether `watch` and `run` pass progress on to the terminal itself, which may "
                    + "show it in its tab or in the task bar (OSC 9;4): `auto` (if it is a "
                    + "terminal known to do so), `always` or `never`."
            ),
            ("LC_ALL, LC_CTYPE, LANG", "Whether bars may be drawn with more than ASCII."),
            ("VISUAL, EDITOR", "The editor for texts that are to be changed."),
        ]
        supplement.files = [
            ("$XDG_RUNTIME_DIR/jobd.sock", "The socket of this user's daemon."),
            ("/run/jobd/jobd.sock", "The socket of the system's daemon."),
            ("~/.local/state/jobd/address", "Where this user's daemon listens."),
            (
                "~/.local/state/jobd/token, /var/lib/jobd/token",
                "The admin token that the daemon made when it first started. It is sent to "
                    + "addresses of this machine only, and only if who listens there is root, "
                    + "this user or the file's owner."
            ),
        ]
        supplement.status = [
            ("0", "Done; with a verb that waits, the jobs succeeded."),
            ("1", "Something failed, or a job did not succeed."),
            ("64", "The command line makes no sense."),
            ("69", "There is no daemon."),
            ("77", "The daemon does not let this user in."),
            ("124, 125, 126, 127", "Only of `jobctl run`: see there."),
            ("128 and more", "A signal of this number less 128 ended it, as 130 after Ctrl-C."),
        ]
        supplement.related = [("jobd", "8")]
        return supplement
    }()

    private static let jobd: ManualSupplement = {
        var supplement = ManualSupplement()
        supplement.environment = [
            (
                "JOBD_CONFIG, JOBD_…",
                "Each option: JOBD_ and its name in capitals, with underscores for dashes. "
                    + "An option on the command line wins over its variable, and that over the "
                    + "configuration file."
            ),
            (
                "STATE_DIRECTORY, XDG_STATE_HOME, HOME",
                "Where the state directory is unless --state-dir says so: the first that is set, "
                    + "of the latter two `jobd` and `.local/state/jobd` in it."
            ),
            (
                "RUNTIME_DIRECTORY, XDG_RUNTIME_DIR",
                "Where the socket is unless --socket says so; else the state directory."
            ),
            ("LISTEN_FDS, LISTEN_PID", "Sockets that systemd has opened."),
            ("NOTIFY_SOCKET", "Told `READY=1` once requests are taken."),
        ]
        supplement.files = [
            ("jobd.db", "In the state directory: the database of jobs and events."),
            ("jobs/", "In the state directory: what the jobs wrote."),
            ("lock", "In the state directory: held by the daemon that uses it."),
            ("address", "In the state directory: where the daemon listens, one URL a line."),
            ("jobd.sock", "The Unix socket."),
            (
                "The file of --config",
                "Settings and definitions, in YAML. After SIGHUP the definitions are what it "
                    + "says by then."
            ),
        ]
        supplement.status = [
            ("0", "Stopped by SIGTERM or SIGINT. Jobs that run go on."),
            ("64", "An option is not known or makes no sense."),
            ("69", "A port or a socket is in use."),
            ("73", "The state directory cannot be written, or belongs to another jobd."),
            ("78", "A setting in the environment or the configuration file makes no sense."),
        ]
        supplement.related = [("jobctl", "1"), ("systemd.service", "5")]
        return supplement
    }()
}
