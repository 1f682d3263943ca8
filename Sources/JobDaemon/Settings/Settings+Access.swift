import Glibc
import JobAPI
import JobModel

extension Settings {
    /// Who may use the daemon, and under which names.
    struct AccessSettings {
        /// Whether everybody on the network may do everything.
        var isOpen: Bool
        /// How that was said, for an error's text and status.
        var openGiven: SettingSources.Given?
        /// The group whose members may use the Unix socket.
        var socketGroup: UInt32?
        /// What they may do.
        var socketGroupRole: Role
        /// Names the daemon is served under, beside this machine's own.
        var hosts: Set<String>
        /// Origins whose pages may use the API.
        var origins: Set<String>
        /// How long a ticket is good unless another time is asked for.
        var ticketSeconds: Int64

        /// - Throws: `StartError` for the first that makes no sense.
        init(_ sources: SettingSources) throws {
            isOpen = try sources.flag(.noAuth) ?? false
            openGiven = sources[.noAuth]
            socketGroup = try sources[.socketGroup].flatMap { given in
                try given.values.last.map { try Self.group($0, given) }
            }
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            socketGroupRole =
                try sources.value(.socketGroupRole, "one of \(roles)", Role.init) ?? .submit
            hosts = Set(try Self.each(sources[.allowedHosts], Self.host))
            origins = Set(try Self.each(sources[.corsOrigins], Self.origin))
            let longest = Int64(TicketRequest.maximumSeconds)
            ticketSeconds = try sources.whole(.ticketSeconds, in: 1...longest) ?? 3600
        }

        private static func each(
            _ given: SettingSources.Given?,
            _ check: (String, SettingSources.Given) throws -> String
        ) throws -> [String] {
            guard let given else { return [] }
            return try given.values.map { try check($0, given) }
        }

        /// getgrnam(3), or the number itself.
        private static func group(
            _ name: String, _ given: SettingSources.Given
        ) throws -> UInt32 {
            if let number = UInt32(name) { return number }
            // Nothing else runs yet that could call it at the same time.
            guard let group = getgrnam(name) else {
                throw StartError(
                    .configuration,
                    "\(given.origin): there is no group '\(name)'. Make it with groupadd, or name "
                        + "another.")
            }
            return group.pointee.gr_gid
        }

        private static func host(_ name: String, _ given: SettingSources.Given) throws -> String {
            guard isHost(name) else {
                throw StartError(
                    given.status,
                    "\(given.origin) must be names such as jobs.example.org, without scheme, port "
                        + "or '*', not '\(name)'.")
            }
            return name.lowercased()
        }

        /// RFC 1123 §2.1, and the underscore that some networks use all the same.
        private static func isHost(_ name: some StringProtocol) -> Bool {
            (1...253).contains(name.utf8.count)
                && name.utf8.allSatisfy { byte in
                    switch UnicodeScalar(byte) {
                    case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
                    default: false
                    }
                }
        }

        /// As browsers write origins: fetch.spec.whatwg.org §3.1.
        private static func origin(
            _ text: String, _ given: SettingSources.Given
        ) throws -> String {
            if text == "*" || text == "null" {
                throw StartError(
                    given.status,
                    "\(given.origin): '\(text)' would let pages of any site use jobd, which is to "
                        + "say, run commands. List the origins that may, such as "
                        + "https://app.example.org.")
            }
            let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
            let isPort = parts.count < 3 || UInt16(parts[2]).map { $0 > 0 } == true
            guard (2...3).contains(parts.count), isPort, parts[0] == "http" || parts[0] == "https",
                parts[1].hasPrefix("//"), isHost(parts[1].dropFirst(2))
            else {
                throw StartError(
                    given.status,
                    "\(given.origin) must be origins such as https://app.example.org or "
                        + "http://localhost:3000, without a path, not '\(text)'.")
            }
            return text.lowercased()
        }
    }
}
