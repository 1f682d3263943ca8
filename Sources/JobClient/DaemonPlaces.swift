/// The directories in which a daemon without settings of its own has its files.
public struct DaemonPlaces: Hashable, Sendable {
    /// Where its socket may be, the first that counts first.
    public let sockets: [String]
    /// The state directory of this user's daemon; nil when nothing says where.
    public let state: String?
    /// The state directory of the machine's daemon.
    public static let systemState = "/var/lib/jobd"

    /// As these variables say: `$RUNTIME_DIRECTORY`, `$XDG_RUNTIME_DIR`,
    /// `$STATE_DIRECTORY`, `$XDG_STATE_HOME` and `$HOME`.
    public init(environment: [String: String]) {
        func variable(_ name: String) -> String? {
            guard let value = environment[name], !value.isEmpty else { return nil }
            return value
        }
        // systemd.exec(5): several directories are separated by colons.
        func directory(_ name: String) -> String? {
            variable(name)?.split(separator: ":").first.map(String.init)
        }
        state =
            directory("STATE_DIRECTORY")
            ?? variable("XDG_STATE_HOME").map { "\($0)/jobd" }
            ?? variable("HOME").map { "\($0)/.local/state/jobd" }
        sockets = [
            directory("RUNTIME_DIRECTORY"), variable("XDG_RUNTIME_DIR"), state, "/run/jobd",
        ].compactMap { $0 }
    }

    /// Where a daemon may have left its first token, the first that counts first:
    /// next to its socket, or in its state directory.
    public var tokenFiles: [String] {
        var paths: [String] = []
        for place in sockets + [state, Self.systemState].compactMap({ $0 })
        where !paths.contains("\(place)/token") {
            paths.append("\(place)/token")
        }
        return paths
    }

    /// The first of these that can be read.
    public func tokenFile(files: Endpoint.FileSystem = .local) -> String? {
        tokenFiles.first { files.read($0) != nil }
    }
}
