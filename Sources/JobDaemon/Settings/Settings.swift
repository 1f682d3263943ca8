import Foundation
import JobModel
import Logging

/// What the daemon runs with.
struct Settings {
    /// An absolute path.
    var stateDirectory: String
    /// Addresses to listen on.
    var listen: [HostPort]
    /// Whether somebody asked for those addresses, or they are the default.
    var isListenGiven: Bool
    /// The Unix socket's path.
    var socket: String
    /// Whether somebody asked for that path.
    var isSocketGiven: Bool
    var logLevel: Logger.Level
    /// Readings closer together than this become one, in microseconds.
    var progressInterval: Int64
    /// How many attempts of the default queue's jobs run at once.
    var slots: Int
    /// How long finished jobs are kept.
    var retention: Retention
    /// How many streams may be open at once.
    var streamLimit: Int
    /// How long a stream may be silent.
    var keepaliveSeconds: Double
    /// How long a write may make no headway.
    var stallSeconds: Int64
    /// Who may use it.
    var access: AccessSettings
    /// How connections are made and bounded.
    var transport: TransportSettings
    /// The supervisor's program.
    var supervisor: String
    /// What may be started by name.
    var definitions: [Definition]
    /// As whom jobs run that name nobody; nil: as the daemon.
    var runAs: RunAs?
    /// Whether jobs may run as root for somebody who asks for it.
    var allowsRoot: Bool
    /// Whether limits may use control groups.
    var usesControlGroups: Bool
    /// Whether somebody wants them to.
    var wantsControlGroups: Bool

    /// - Throws: `StartError` for the first setting that makes no sense.
    init(_ sources: SettingSources, environment: [String: String]) throws {
        let home = environment["HOME"] ?? "/"
        stateDirectory = Self.absolute(
            sources[.stateDir]?.values.last ?? environment["STATE_DIRECTORY"].nonEmpty.map(
                Self.first)
                ?? environment["XDG_STATE_HOME"].nonEmpty.map { "\($0)/jobd" }
                ?? "\(home)/.local/state/jobd")
        let given = sources[.socket]?.values.last
        isSocketGiven = given != nil
        let runtime =
            environment["RUNTIME_DIRECTORY"].nonEmpty.map(Self.first)
            ?? environment["XDG_RUNTIME_DIR"].nonEmpty
        socket = Self.absolute(given ?? "\(runtime ?? stateDirectory)/jobd.sock")
        let addresses = sources[.listen]
        isListenGiven = addresses != nil
        listen =
            try addresses.map { given in
                try given.values.map { try HostPort($0, from: given) }
            } ?? [HostPort(host: "127.0.0.1", port: 7620)]
        if try sources.flag(.noListen) == true {
            listen = []
            isListenGiven = true
        }
        logLevel =
            try sources.value(.logLevel, "one of trace, debug, info, warning, error") {
                Logger.Level(rawValue: $0)
            } ?? .info
        progressInterval = try sources.seconds(.progressIntervalSeconds, in: 0...3600) ?? 100_000
        slots =
            try sources.whole(.slots, in: 0...100_000).map { Int($0) }
            ?? ProcessInfo.processInfo.activeProcessorCount
        let standard = Retention.standard
        let age = try sources.seconds(.retentionSeconds, in: 0...3_155_760_000)
        let jobs = try sources.whole(.retentionJobs, in: 0...1_000_000_000)
        let bytes = try sources.whole(.retentionBytes, in: 0...1_000_000_000_000_000_000)
        retention = Retention(
            age: age ?? standard.age,
            jobs: jobs.map { Int($0) } ?? standard.jobs,
            bytes: bytes ?? standard.bytes)
        if retention.age == 0 { retention.age = nil }
        if retention.jobs == 0 { retention.jobs = nil }
        if retention.bytes == 0 { retention.bytes = nil }
        streamLimit = Int(try sources.whole(.streamLimit, in: 0...1_000_000) ?? 10_000)
        let keepalive = try sources.seconds(.keepaliveSeconds, in: 0.01...15)
        keepaliveSeconds = Double(keepalive ?? 15_000_000) / 1_000_000
        stallSeconds = try sources.whole(.stallSeconds, in: 1...3600) ?? 30
        access = try AccessSettings(sources)
        runAs = try sources.value(.runAs, "USER or USER:GROUP") { RunAs($0) }
        allowsRoot = try sources.flag(.allowRoot) ?? false
        // systemd starts no service again whose group was divided while a process of it
        // is left, as jobs are: see systemd/control-groups.conf.
        let groups = try sources.flag(.controlGroups)
        usesControlGroups = groups ?? (environment["INVOCATION_ID"] == nil)
        wantsControlGroups = groups ?? false
        transport = try TransportSettings(sources)
        supervisor = sources[.supervisor]?.values.last ?? Self.besideThisProgram("jobd-supervise")
        definitions = sources.definitions
    }

    /// systemd.exec(5): several directories are separated by colons.
    private static func first(_ paths: String) -> String {
        String(paths.prefix { $0 != ":" })
    }

    /// A path that holds wherever the daemon is; without slashes at its end.
    static func absolute(_ path: String) -> String {
        let base = path.hasPrefix("/") ? "" : FileManager.default.currentDirectoryPath + "/"
        var whole = base + path
        while whole.count > 1, whole.hasSuffix("/") { whole.removeLast() }
        return whole
    }

    /// proc(5): `/proc/self/exe` is the program that runs.
    private static func besideThisProgram(_ name: String) -> String {
        let program =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        let beside = (program as NSString).deletingLastPathComponent + "/\(name)"
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return "/usr/libexec/jobd/\(name)"
    }
}

extension Optional<String> {
    fileprivate var nonEmpty: String? { self?.isEmpty == true ? nil : self }
}
