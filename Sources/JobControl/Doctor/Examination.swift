import JobAPI
import JobClient

/// What the checks of an installation look at, and how.
struct Examination: Sendable {
    /// The daemon that is meant.
    var endpoint: Endpoint
    /// How it was found, in words.
    var origin: String
    /// What jobctl comes to it with.
    var credentials: Credentials
    var surroundings: Surroundings
    /// The daemon's state directory; nil when it is not on this machine, or cannot
    /// be seen.
    var state: String?
    /// How long each step may take.
    var limit: Duration
    /// How soon the first bytes of a stream must be there.
    var openingLimit = Duration.seconds(2)

    /// Asks the daemon that is meant.
    var probe: Probe { probe(endpoint) }

    /// Asks it for a stream.
    var openingProbe: Probe {
        Probe(endpoint, limit: openingLimit, authorities: authorities)
    }

    /// Asks at one of the daemon's own addresses. Since its certificate may be for
    /// the name by which others know it, nothing secret goes there.
    func probe(_ address: Endpoint) -> Probe {
        Probe(
            address, limit: limit, authorities: authorities, verifies: address == endpoint)
    }

    /// As `ClientOptions.authorities`.
    var authorities: String? { ConnectionOptions.authorities(surroundings.environment) }

    /// What lets jobctl in.
    var authorization: [(String, String)] {
        credentials.token.map { [("Authorization", "Bearer \($0.text)")] } ?? []
    }

    /// Where the daemon says it listens; none when that cannot be seen.
    var listed: [Endpoint] {
        guard let state, let text = surroundings.files.read("\(state)/address") else { return [] }
        return text.split(whereSeparator: \.isNewline).compactMap { Endpoint(String($0)) }
    }

    /// All addresses by TCP that are known: those of the daemon itself, and the one
    /// that it was found by.
    var addresses: [Endpoint] {
        var all = listed.filter { $0.port != nil }
        if endpoint.port != nil, !all.contains(endpoint) { all.append(endpoint) }
        return all
    }

    /// Its Unix socket; nil when none is known.
    var socket: String? {
        for case .unixSocket(let path) in ([endpoint] + listed).map(\.transport) { return path }
        return nil
    }

    /// Whether something may stand between jobctl and the daemon.
    var isDirect: Bool { endpoint.port == nil || listed.contains(endpoint) }

    /// The daemon's process; nil when it cannot be seen.
    var process: DaemonProcess? { DaemonProcess(state: state, socket: socket) }

    /// Asks for a document as every verb does.
    ///
    /// - Throws: `ClientError`.
    func resource<Value: Sendable>(
        _ body: (Client) async throws -> Received<Value>
    ) async throws -> Value {
        let options = ClientOptions(
            connectLimit: limit, answerLimit: limit, silenceLimit: limit, authorities: authorities)
        return try await Client.with(
            endpoint: endpoint, token: credentials.token?.text, options: options, body
        ).value
    }
}
