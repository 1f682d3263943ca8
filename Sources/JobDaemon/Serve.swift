import ArgumentParser
import Foundation

/// `jobd serve`: the daemon itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon (the default).",
        discussion: """
            Every setting can be given as a flag, then in the environment as JOBD_ and the flag's \
            name in capitals (JOBD_PROGRESS_INTERVAL_SECONDS), then in the configuration file \
            (progress_interval_seconds: 0.1). That file has the definitions too: commands \
            that may be started by name. On SIGHUP they are read anew.
            """)

    @Option(help: "Where jobs, their output and the database are kept.")
    var stateDir: String?

    @Option(
        help: """
            Listen on HOST:PORT; repeatable; port 0 picks a free one. With a certificate that is \
            TLS; http://HOST:PORT is not.
            """)
    var listen: [String] = []

    @Flag(help: "Listen on the Unix socket only.")
    var noListen = false

    @Option(help: "The Unix socket's path.")
    var socket: String?

    @Option(help: "A YAML file of settings.")
    var config: String?

    @Option(help: "trace, debug, info, warning or error.")
    var logLevel: String?

    @Option(help: "Progress closer together than this becomes one event.")
    var progressIntervalSeconds: String?

    @Option(
        help: "How many jobs of the default queue run at once, until that is set for the queue.")
    var slots: String?

    @Option(help: "How many streams may be open at once.")
    var streamLimit: String?

    @Option(help: "How long a stream may be silent; at most 15.")
    var keepaliveSeconds: String?

    @Option(help: "How long a write to a client may make no headway.")
    var stallSeconds: String?

    @Flag(help: "Ask nobody for a token; on loopback addresses only.")
    var noAuth = false

    @Option(help: "The group whose members may use the Unix socket.")
    var socketGroup: String?

    @Option(help: "What they may do: read, submit (the default) or admin.")
    var socketGroupRole: String?

    @Option(help: "A name that the daemon is served under, such as a proxy's; repeatable.")
    var allowedHosts: [String] = []

    @Option(help: "An origin whose pages may use the API; repeatable.")
    var corsOrigins: [String] = []

    @Option(help: "How long a ticket is good, unless another time is asked for.")
    var ticketSeconds: String?

    @Option(help: "How many streams one client may have open.")
    var streamsPerClient: String?

    @Option(help: "How many connections may be open at once.")
    var connectionLimit: String?

    @Option(
        help: "How long a client may take to send a request's head; its body: three times that.")
    var requestTimeoutSeconds: String?

    @Option(help: "A PEM file: the certificate to speak TLS with, and its chain.")
    var tlsCertificate: String?

    @Option(help: "A PEM file: the certificate's private key.")
    var tlsKey: String?

    @Option(
        help: """
            An address or network (10.0.0.0/8) whose X-Forwarded-… headers are believed; \
            repeatable.
            """)
    var trustedProxies: [String] = []

    @Option(help: "The path under which a proxy serves jobd, like /jobd.")
    var basePath: String?

    @Option(help: "Remove finished jobs after so long; 0: never.")
    var retentionSeconds: String?

    @Option(help: "Keep at most so many finished jobs; 0: any number.")
    var retentionJobs: String?

    @Option(help: "Remove the oldest finished jobs when output takes more; 0: any size.")
    var retentionBytes: String?

    @Option(help: "The jobd-supervise program.")
    var supervisor: String?

    @Option(help: "As whom jobs run that name nobody: USER or USER:GROUP. It takes a root jobd.")
    var runAs: String?

    @Flag(help: "Let jobs run as root for administrators who ask for that.")
    var allowRoot = false

    @Option(help: "Whether limits may use control groups: true or false.")
    var controlGroups: String?

    @Flag(
        help: """
            Take over a database that is older than what lies beside it, or another one, as after \
            a restore; what it does not know is set aside. For one start.
            """)
    var acceptRestored = false

    @Flag(help: "Only say what is wrong with the settings and definitions, and exit.")
    var check = false

    func run() async throws {
        do {
            let environment = ProcessInfo.processInfo.environment
            let flags = self.flags
            let path = config ?? environment["JOBD_CONFIG"]
            let daemon = try Daemon(
                reading: {
                    let sources = try SettingSources(
                        flags: flags, environment: environment, path: path)
                    return try Settings(sources, environment: environment)
                }, acceptsRestored: acceptRestored)
            if check { try daemon.check() } else { try await daemon.run() }
        } catch let error as StartError {
            for line in error.message.split(separator: "\n") {
                FileHandle.standardError.write(Data("jobd: \(line)\n".utf8))
            }
            throw ExitCode(error.status.rawValue)
        }
    }

    private var flags: [SettingName: [String]] {
        let single: [SettingName: String?] = [
            .stateDir: stateDir, .socket: socket, .logLevel: logLevel,
            .progressIntervalSeconds: progressIntervalSeconds, .slots: slots,
            .streamLimit: streamLimit, .keepaliveSeconds: keepaliveSeconds,
            .stallSeconds: stallSeconds, .supervisor: supervisor,
            .retentionSeconds: retentionSeconds, .retentionJobs: retentionJobs,
            .retentionBytes: retentionBytes, .socketGroup: socketGroup,
            .socketGroupRole: socketGroupRole, .ticketSeconds: ticketSeconds,
            .streamsPerClient: streamsPerClient, .connectionLimit: connectionLimit,
            .requestTimeoutSeconds: requestTimeoutSeconds, .tlsCertificate: tlsCertificate,
            .tlsKey: tlsKey, .basePath: basePath,
            .noAuth: noAuth ? "true" : nil,
            .noListen: noListen ? "true" : nil, .runAs: runAs,
            .allowRoot: allowRoot ? "true" : nil, .controlGroups: controlGroups,
        ]
        var flags = single.compactMapValues { $0.map { [$0] } }
        flags[.listen] = listen
        flags[.allowedHosts] = allowedHosts
        flags[.corsOrigins] = corsOrigins
        flags[.trustedProxies] = trustedProxies
        return flags
    }
}
