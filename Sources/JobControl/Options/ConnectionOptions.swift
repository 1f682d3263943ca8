import ArgumentParser
import JobClient

/// Which daemon, and how to be let in.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The daemon: http(s)://HOST:PORT or unix:/PATH.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "The access token (else $JOBD_TOKEN). Other users can see it in the list of "
                + "processes: --token-file hides it.", valueName: "token"))
    var token: String?

    @Option(
        help: ArgumentHelp(
            "The certificates to trust for https:// (else $JOBD_CA_FILE, else the system's).",
            valueName: "file"))
    var caFile: String?
    @Option(help: ArgumentHelp("A file with the access token.", valueName: "file"))
    var tokenFile: String?

    func validate() throws {
        if token != nil, tokenFile != nil {
            throw ValidationError("give either --token or --token-file")
        }
    }

    /// Runs `body` with a client of the daemon that was meant.
    ///
    /// - Parameters:
    ///   - onInterruption: Told when a stream has to go on after a pause.
    ///   - onResumption: Told when the daemon answers again after that.
    ///   - warn: Told what is dangerous about this way to the daemon.
    func withClient<Result>(
        onInterruption: (@Sendable (StreamInterruption) -> Void)? = nil,
        onResumption: (@Sendable () -> Void)? = nil,
        warn: (String) -> Void = Console.system.note,
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let surroundings = Surroundings.local
        let endpoint = try endpoint(environment: surroundings.environment)
        let credentials = try credentials(for: endpoint, in: surroundings)
        for warning in credentials.warnings { warn(warning) }
        let options = ClientOptions(
            authorities: authorities(surroundings.environment), onInterruption: onInterruption,
            onResumption: onResumption)
        return try await Client.with(
            endpoint: endpoint, token: credentials.token?.text, options: options, body)
    }

    /// Where the daemon is that was meant.
    ///
    /// - Throws: `Trouble` when that is no URL.
    func endpoint(environment: [String: String]) throws -> Endpoint {
        if let url {
            guard let endpoint = Endpoint(url) else {
                throw Trouble.usage("--url must be http(s)://HOST:PORT or unix:/PATH, not '\(url)'")
            }
            return endpoint
        }
        guard let endpoint = Endpoint.discover(environment: environment) else {
            throw Trouble.usage("$JOBD_URL must be http(s)://HOST:PORT or unix:/PATH")
        }
        return endpoint
    }

    /// What to come with to a daemon.
    ///
    /// - Throws: `Trouble` when what should be a token is none.
    func credentials(for endpoint: Endpoint, in surroundings: Surroundings) throws -> Credentials {
        try Credentials(for: endpoint, option: token, file: tokenFile, in: surroundings)
    }

    /// The file of certificates to trust that was asked for; nil for the system's.
    func authorities(_ environment: [String: String]) -> String? {
        caFile ?? Self.authorities(environment)
    }

    /// `$JOBD_CA_FILE`, else `$SSL_CERT_FILE`, by which OpenSSL and what follows it
    /// find the authorities to trust (SSL_CTX_load_verify_locations(3)).
    static func authorities(_ environment: [String: String]) -> String? {
        ["JOBD_CA_FILE", "SSL_CERT_FILE"].lazy.compactMap { environment[$0] }
            .first { !$0.isEmpty }
    }
}
