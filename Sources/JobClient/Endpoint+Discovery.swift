#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Endpoint {
    /// What discovery asks of the file system.
    public struct FileSystem: Sendable {
        /// Whether there is something at this path.
        public var exists: @Sendable (String) -> Bool
        /// The text of this file; nil when it cannot be read.
        public var read: @Sendable (String) -> String?

        /// A file system that answers by these.
        public init(
            exists: @escaping @Sendable (String) -> Bool,
            read: @escaping @Sendable (String) -> String?
        ) {
            self.exists = exists
            self.read = read
        }

        /// The machine's.
        public static let local = FileSystem(
            exists: { FileManager.default.fileExists(atPath: $0) },
            // An unreadable file is as good as none: the next place is tried.
            read: { try? String(contentsOfFile: $0, encoding: .utf8) })
    }

    /// Finds this user's daemon, else the machine's: the first socket that exists
    /// of the places where a daemon puts its own, else the address that one wrote
    /// to its state directory, else the default address. Whether anybody answers
    /// there is not looked at.
    ///
    /// - Parameters:
    ///   - environment: `$JOBD_URL`, `$RUNTIME_DIRECTORY`, `$XDG_RUNTIME_DIR`,
    ///     `$STATE_DIRECTORY`, `$XDG_STATE_HOME` and `$HOME` count.
    ///   - files: Where to look.
    /// - Returns: nil when `$JOBD_URL` is set but no URL.
    public static func discover(
        environment: [String: String], files: FileSystem = .local
    ) -> Endpoint? {
        func variable(_ name: String) -> String? {
            guard let value = environment[name], !value.isEmpty else { return nil }
            return value
        }
        // systemd.exec(5): several directories are separated by colons.
        func directory(_ name: String) -> String? {
            variable(name)?.split(separator: ":").first.map(String.init)
        }
        if let url = variable("JOBD_URL") { return Endpoint(url) }
        let stateDirectory =
            directory("STATE_DIRECTORY")
            ?? variable("XDG_STATE_HOME").map { "\($0)/jobd" }
            ?? variable("HOME").map { "\($0)/.local/state/jobd" }
        let sockets = [
            directory("RUNTIME_DIRECTORY"), variable("XDG_RUNTIME_DIR"), stateDirectory,
            "/run/jobd",
        ]
        for case .some(let place) in sockets where files.exists("\(place)/jobd.sock") {
            return Endpoint(socketPath: "\(place)/jobd.sock")
        }
        if let stateDirectory, let text = files.read("\(stateDirectory)/address") {
            for line in text.split(whereSeparator: \.isNewline) {
                if let endpoint = Endpoint(String(line)) { return endpoint }
            }
        }
        return Endpoint(defaultAddress)
    }
}
