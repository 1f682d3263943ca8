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
        if let url = environment["JOBD_URL"], !url.isEmpty { return Endpoint(url) }
        let places = DaemonPlaces(environment: environment)
        for place in places.sockets where files.exists("\(place)/jobd.sock") {
            return Endpoint(socketPath: "\(place)/jobd.sock")
        }
        if let state = places.state, let text = files.read("\(state)/address") {
            for line in text.split(whereSeparator: \.isNewline) {
                if let endpoint = Endpoint(String(line)) { return endpoint }
            }
        }
        return Endpoint(defaultAddress)
    }
}
