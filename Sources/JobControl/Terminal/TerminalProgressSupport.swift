/// Whether the user's terminal shows progress of its own (in its tab, its window or
/// the task bar) when it is sent OSC 9;4.
///
/// To terminals that do not know it an OSC 9 is a notification to be put on the
/// desktop, one for each per cent, so only those get it of which it is known, by
/// what they put into the environment. Variables are inherited by whatever is
/// started in a terminal, so a program between it and jobctl that has a screen of
/// its own, or another terminal, must rule them out.
struct TerminalProgressSupport: Hashable, Sendable {
    /// Whether a terminal is to be sent it.
    var isWanted: Bool
    /// What is wrong with what the user has said about it.
    var complaint: String?

    /// To no terminal.
    static let none = TerminalProgressSupport(isWanted: false)

    /// The variable by which the user decides.
    static let variable = "JOBCTL_TERMINAL_PROGRESS"

    private init(isWanted: Bool, complaint: String? = nil) {
        self.isWanted = isWanted
        self.complaint = complaint
    }

    /// What this environment, that of a process on a terminal, says.
    init(environment: [String: String]) {
        switch environment[Self.variable] ?? "" {
        case "always": self.init(isWanted: true)
        case "never": self.init(isWanted: false)
        case "", "auto": self.init(isWanted: Self.isKnown(environment))
        case let other:
            self.init(
                isWanted: Self.isKnown(environment),
                complaint: "\(Self.variable) is '\(other)': it must be auto, always or never")
        }
    }

    /// Programs with a screen of their own, by a variable that each sets.
    private static let screens = [
        "TMUX", "STY", "ZELLIJ", "INSIDE_EMACS", "NVIM", "VIM_TERMINAL",
    ]

    private static func isKnown(_ environment: [String: String]) -> Bool {
        guard !screens.contains(where: { environment[$0] != nil }) else { return false }
        let terminal = environment["TERM"] ?? ""
        if let program = environment["TERM_PROGRAM"], !program.isEmpty {
            let version = environment["TERM_PROGRAM_VERSION"] ?? ""
            return switch program {
            // ghostty.org/docs/install/release-notes/1-2-0#graphical-progress-bars
            case "ghostty": isVersion(version, atLeast: [1, 2])
            // Its versions are dates; support is of 2025-02-10:
            // github.com/wezterm/wezterm/issues/6581
            case "WezTerm": isVersion(version, atLeast: [20_250_210])
            // Up to 3.6.5 it makes notifications of it:
            // github.com/pytest-dev/pytest/issues/13896, iterm2.com/downloads.html
            case "iTerm.app": isVersion(version, atLeast: [3, 6, 6])
            default: false
            }
        }
        // Those that follow call themselves an xterm; kitty has its own name.
        guard terminal.hasPrefix("xterm"), terminal != "xterm-kitty" else { return false }
        // learn.microsoft.com/windows/terminal/tutorials/progress-bar-sequences
        if !(environment["WT_SESSION"] ?? "").isEmpty { return true }
        // conemu.github.io/en/AnsiEscapeCodes.html#ConEmu_specific_OSC
        if environment["ConEmuANSI"] == "ON" { return true }
        // 26.04.0: invent.kde.org/utilities/konsole/-/merge_requests/1054. The
        // variable has two digits for each part.
        if let version = environment["KONSOLE_VERSION"] {
            return isVersion(version, atLeast: [260_400])
        }
        // GNOME Terminal, Ptyxis and others by this library. In it since 0.79, of
        // which 0.80 is the release: gitlab.gnome.org/GNOME/vte/-/issues/2845
        return isVersion(environment["VTE_VERSION"] ?? "", atLeast: [8000])
    }

    /// Whether the version, numbers with dots between them and perhaps something
    /// behind, is this one or a later one.
    static func isVersion(_ version: String, atLeast least: [Int]) -> Bool {
        let numbers = version.split(separator: ".").map { part in
            Int(part.prefix { $0.isASCII && $0.isNumber }) ?? 0
        }
        for (index, wanted) in least.enumerated() {
            let number = index < numbers.count ? numbers[index] : 0
            if number != wanted { return number > wanted }
        }
        return true
    }
}
