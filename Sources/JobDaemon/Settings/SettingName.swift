/// Every setting, by the name that its flag, its variable and its key in the
/// file are made from.
enum SettingName: String, CaseIterable {
    case stateDir = "state-dir"
    case listen
    case noListen = "no-listen"
    case socket
    case logLevel = "log-level"
    case progressIntervalSeconds = "progress-interval-seconds"
    case slots
    case streamLimit = "stream-limit"
    case keepaliveSeconds = "keepalive-seconds"
    case stallSeconds = "stall-seconds"
    case retentionSeconds = "retention-seconds"
    case retentionJobs = "retention-jobs"
    case retentionBytes = "retention-bytes"
    case noAuth = "no-auth"
    case socketGroup = "socket-group"
    case socketGroupRole = "socket-group-role"
    case allowedHosts = "allowed-hosts"
    case corsOrigins = "cors-origins"
    case ticketSeconds = "ticket-seconds"
    case streamsPerClient = "streams-per-client"
    case connectionLimit = "connection-limit"
    case requestTimeoutSeconds = "request-timeout-seconds"
    case tlsCertificate = "tls-certificate"
    case tlsKey = "tls-key"
    case trustedProxies = "trusted-proxies"
    case basePath = "base-path"
    case supervisor
    case runAs = "run-as"
    case allowRoot = "allow-root"
    case controlGroups = "control-groups"

    /// `--progress-interval-seconds`
    var flag: String { "--\(rawValue)" }

    /// `JOBD_PROGRESS_INTERVAL_SECONDS`
    var variable: String { "JOBD_\(key.uppercased())" }

    /// `progress_interval_seconds`
    var key: String { rawValue.replacing("-", with: "_") }

    /// Whether it takes several values.
    var isList: Bool {
        switch self {
        case .listen, .allowedHosts, .corsOrigins, .trustedProxies: true
        case .noAuth, .socketGroup, .socketGroupRole, .ticketSeconds, .stateDir, .noListen, .socket,
            .logLevel, .progressIntervalSeconds, .slots,
            .streamLimit, .keepaliveSeconds, .stallSeconds, .retentionSeconds, .retentionJobs,
            .retentionBytes, .supervisor, .runAs, .allowRoot, .controlGroups, .streamsPerClient,
            .connectionLimit, .requestTimeoutSeconds, .tlsCertificate, .tlsKey, .basePath:
            false
        }
    }
}
