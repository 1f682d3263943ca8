import ArgumentParser
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which daemon, and how to be let in.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The daemon: http(s)://HOST:PORT or unix:/PATH.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("The access token (else $JOBD_TOKEN).", valueName: "token"))
    var token: String?

    @Option(
        help: ArgumentHelp(
            "The certificates to trust for https:// (else $JOBD_CA_FILE, else the machine's).",
            valueName: "file"))
    var caFile: String?

    /// Runs `body` with a client of the daemon that was meant.
    ///
    /// - Parameter onInterruption: Told when a stream has to go on after a pause.
    func withClient<Result>(
        onInterruption: (@Sendable (StreamInterruption) -> Void)? = nil,
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let environment = ProcessInfo.processInfo.environment
        let endpoint = try endpoint(environment: environment)
        var token = token ?? environment["JOBD_TOKEN"]
        if token?.isEmpty == true { token = nil }
        var options = ClientOptions(onInterruption: onInterruption)
        options.caFile = caFile ?? environment["JOBD_CA_FILE"]
        if options.caFile?.isEmpty == true { options.caFile = nil }
        return try await Client.with(endpoint: endpoint, token: token, options: options, body)
    }

    private func endpoint(environment: [String: String]) throws -> Endpoint {
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
}
