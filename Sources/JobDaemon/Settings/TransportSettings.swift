import JobHTTP

/// How connections are made, bounded and, behind a proxy, understood.
struct TransportSettings {
    /// The files of a certificate and its key, as absolute paths; nil when
    /// nothing is encrypted.
    var certificate: (path: String, key: String)?
    /// Proxies whose word is taken for who their client is.
    var trustedProxies = TrustedProxies()
    /// Where a proxy serves the API under its host.
    var basePath: BasePath
    /// How many connections may be open at once.
    var connectionLimit: Int
    /// How many streams one client may have open.
    var streamsPerClient: Int
    /// How long a handshake and the head of a request may take.
    var requestTimeoutMilliseconds: Int64

    /// - Throws: `StartError` for the first setting that makes no sense.
    init(_ sources: SettingSources) throws {
        basePath =
            try sources.value(.basePath, "the beginning of a path, like /jobd") { BasePath($0) }
            ?? BasePath()
        connectionLimit = Int(try sources.whole(.connectionLimit, in: 1...1_000_000) ?? 20_000)
        streamsPerClient = Int(try sources.whole(.streamsPerClient, in: 0...1_000_000) ?? 1000)
        requestTimeoutMilliseconds =
            try sources.seconds(.requestTimeoutSeconds, in: 0.1...3600, perSecond: 1000) ?? 20_000
        if let given = sources[.trustedProxies] {
            for value in given.values where !trustedProxies.add(value) {
                throw StartError(
                    given.status,
                    "\(given.origin) must be addresses or networks (10.0.0.5, 10.0.0.0/8, ::1), "
                        + "not '\(value)'.")
            }
        }
        let path = sources[.tlsCertificate]?.values.last
        let key = sources[.tlsKey]?.values.last
        switch (path, key) {
        case (let path?, let key?):
            certificate = (Settings.absolute(path), Settings.absolute(key))
        case (nil, nil): certificate = nil
        case (_?, nil), (nil, _?):
            let given = sources[.tlsCertificate] ?? sources[.tlsKey]
            throw StartError(
                given?.status ?? .configuration,
                "TLS takes both --tls-certificate and --tls-key.")
        }
    }
}
