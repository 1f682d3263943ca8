import CLinux
import Dispatch
import Foundation
import Glibc
import JobAPI
import JobEvents
import JobHTTP
import JobModel
import JobRunner
import JobScheduler
import JobStore
import Logging
import ServiceLifecycle
import UnixSignals

/// Puts the daemon together, runs it, and takes it apart again.
struct Daemon {
    private let settings: Settings
    /// Reads the settings again, for what may change while the daemon runs.
    private let readSettings: @Sendable () throws -> Settings

    /// Whether a database is taken over that is not what was seen last.
    private let acceptsRestored: Bool

    /// - Parameters:
    ///   - readSettings: reads the settings as they are by now.
    ///   - acceptsRestored: whether a database is taken over that is not what was seen
    ///     last.
    init(
        reading readSettings: @escaping @Sendable () throws -> Settings,
        acceptsRestored: Bool = false
    ) throws {
        settings = try readSettings()
        self.acceptsRestored = acceptsRestored
        self.readSettings = readSettings
    }

    /// Looks at the files that the settings name.
    ///
    /// - Throws: `StartError` when one cannot be used.
    func check() throws {
        let logger = Logger(label: "jobd")
        _ = try loadCertificates(logger)
        Self.warn(of: settings.definitions, try userPolicy(), logger)
    }

    /// Runs until SIGTERM or SIGINT. Jobs go on without it.
    ///
    /// - Throws: `StartError` when it cannot start.
    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        // What a supervisor leaves that is killed becomes a child of this process, and
        // can be found.
        _ = linux_become_subreaper()
        let openFiles = linux_raise_open_files()
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let environment = ProcessInfo.processInfo.environment
        let systemd = Systemd(environment: environment)
        let level = settings.logLevel
        LoggingSystem.bootstrap { SafeLogHandler(label: $0, level: level) }
        let logger = Logger(label: "jobd")
        let state = StateDirectory(path: settings.stateDirectory)
        let users = try userPolicy()
        if users.runsAsRoot {
            logger.warning(
                "Jobs run as root unless they name another user: set run-as, or run jobd as one")
        }
        let certificates = try loadCertificates(logger)
        let lock = try StateLock(state)
        let sockets = try ListeningSockets(settings, inherited: systemd.inheritedSockets)
        defer { sockets.removeOwnPath() }
        try checkExposure(sockets, logger)

        // Before anything is started: what is, is where this process is.
        let groups = controlGroups(logger)

        let bells = CommitBells()
        let store = try openStore(state, bells, logger)
        try await store.setDefaultSlots(settings.slots, ofQueue: JobSpec.defaultQueue)
        let book = try await TokenBook(store)
        try await FirstToken(path: state.token, book: book, logger: logger).ensure()
        let log = EventLog(store: store)
        let output = OutputLog(store: store, directory: state)
        let files = JobFiles(store: store, directory: state, logger: logger)
        let scheduler = try Scheduler(
            store: store, output: output, directory: state, files: files,
            settings: Scheduler.Settings(
                supervisor: settings.supervisor, progressInterval: settings.progressInterval,
                environment: environment, users: users, controlGroups: groups),
            bootID: try Self.bootID(), now: Self.now, logger: logger)
        let pruner = Pruner(
            store: store, retention: settings.retention, files: files, now: Self.now,
            logger: logger)
        bells.connect(log, output, scheduler, pruner)
        try await scheduler.start()
        // What was there before this daemon may be too much for its settings.
        pruner.ring()
        let clock = watchClock(logger) {
            scheduler.clockWasSet()
            pruner.ring()
        }

        Self.warn(of: settings.definitions, users, logger)
        let definitions = DefinitionRegistry(settings.definitions)
        var http = HTTPServer.Settings()
        http.allowedOrigins = settings.access.origins
        http.allowedHosts = settings.access.hosts
        http.isOpen = settings.access.isOpen
        http.socketGroup = settings.access.socketGroup
        http.socketGroupRole = settings.access.socketGroupRole
        http.ticketSeconds = settings.access.ticketSeconds
        http.streamLimit = settings.streamLimit
        http.stallSeconds = settings.stallSeconds
        http.addresses = sockets.addresses
        http.streamsPerClient = settings.transport.streamsPerClient
        // The rest is for the database, the journals, the jobs and this process itself,
        // which takes some forty.
        let reserve = max(openFiles / 4, min(openFiles * 3 / 4, 256))
        http.connectionLimit = min(
            settings.transport.connectionLimit, max(1, Int(openFiles - reserve)))
        http.requestTimeoutMilliseconds = settings.transport.requestTimeoutMilliseconds
        http.trustedProxies = settings.transport.trustedProxies
        http.basePath = settings.transport.basePath
        http.certificates = certificates
        let server = HTTPServer(
            sockets: sockets.sockets, settings: http, book: book, store: store, log: log,
            output: output, definitions: definitions,
            actions: actions(scheduler, pruner, files, users), logger: logger)
        var services: [any Service] = [
            server,
            PeriodicService(interval: .seconds(settings.keepaliveSeconds)) {
                log.beat()
                output.beat()
            },
            Announcement(
                addresses: sockets.addresses, file: state.address, systemd: systemd,
                logger: logger),
            Reload(
                hangups: hangups, items: reloads(definitions, users, certificates, logger),
                systemd: systemd, logger: logger),
        ]
        if let interval = systemd.watchdogInterval {
            services.append(
                // Half the interval, as sd_watchdog_enabled(3) recommends.
                PeriodicService(interval: .microseconds(interval / 2)) {
                    await scheduler.ping()
                    guard (try? await store.newestEvent()) != nil else { return }
                    systemd.notify("WATCHDOG=1")
                })
        }
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: configuration).run()
        await pruner.stop()
        await scheduler.stop()
        do { try store.close() } catch {
            logger.warning("The database was not closed", metadata: ["error": "\(error)"])
        }
        logger.info("Stopped; running jobs go on")
        // Until here a SIGHUP must not end it.
        withExtendedLifetime((lock, hangups, clock)) {}
    }

    /// Says, once for each time, that the wall clock was set; nil when that cannot
    /// be noticed, which ends nothing: the next look at what waits allows for it.
    private func watchClock(
        _ logger: Logger, _ wasSet: @escaping @Sendable () -> Void
    ) -> ClockWatch? {
        do {
            return try ClockWatch { step in
                logger.notice(
                    "The clock was set; pauses go on as if it was not",
                    metadata: ["seconds": "\(Double(step / 1000) / 1000)"])
                wasSet()
            }
        } catch {
            logger.warning("Cannot watch the clock", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func loadCertificates(_ logger: Logger) throws -> Certificates? {
        guard let (path, key) = settings.transport.certificate else { return nil }
        do throws(Certificates.Failure) {
            let certificates = try Certificates(certificate: path, key: key)
            Self.warn(of: certificates, logger)
            return certificates
        } catch {
            throw StartError(.configuration, error.description)
        }
    }

    /// Says what the addresses risk that it listens on.
    ///
    /// - Throws: `StartError` when everybody could do everything from elsewhere.
    private func checkExposure(_ sockets: ListeningSockets, _ logger: Logger) throws {
        if let given = settings.access.openGiven, settings.access.isOpen {
            guard sockets.exposed.isEmpty else {
                throw StartError(
                    given.status,
                    "\(given.origin) is for loopback addresses only: everybody who reaches "
                        + "\(sockets.exposed.joined(separator: ", ")) could run commands. Leave it "
                        + "out, or listen on 127.0.0.1.")
            }
            logger.warning(
                """
                Running without authentication: every user and every program of this machine, and \
                everything that forwards a port to it, can run commands as this user
                """)
        }
        for address in sockets.exposed where address.hasPrefix("http://") {
            logger.warning(
                """
                Whoever can listen on the way to \(address) can read tokens and use them: there \
                is no encryption
                """)
        }
    }

    /// What is read anew on SIGHUP.
    private func reloads(
        _ definitions: DefinitionRegistry, _ users: UserPolicy, _ certificates: Certificates?,
        _ logger: Logger
    ) -> [Reload.Item] {
        let readSettings = self.readSettings
        var items = [
            Reload.Item(name: "definitions") {
                let read = try readSettings().definitions
                Self.warn(of: read, users, logger)
                definitions.replace(with: read)
            }
        ]
        if let certificates {
            items.append(
                Reload.Item(name: "certificate") {
                    try certificates.reload()
                    Self.warn(of: certificates, logger)
                })
        }
        return items
    }

    /// Says what cannot be started as things are. That is no reason not to start:
    /// users may be kept on another machine, which may be away for now.
    private static func warn(
        of definitions: [Definition], _ users: UserPolicy, _ logger: Logger
    ) {
        for definition in definitions {
            guard let user = definition.spec.runAs else { continue }
            do throws(UserRefusal) {
                _ = try users.account(for: user)
            } catch {
                logger.warning(
                    "A definition names a user that its jobs cannot run as",
                    metadata: ["definition": "\(definition.name)", "error": "\(error.message)"])
            }
        }
    }

    /// An expired certificate is served all the same: somebody may have to get in.
    private static func warn(of certificates: Certificates, _ logger: Logger) {
        guard certificates.expiry < now() else { return }
        logger.warning(
            "The certificate has expired; clients will refuse it. Renew it and send SIGHUP",
            metadata: ["expired": "\(certificates.expiry.rfc3339)"])
    }

    /// What requests lead to beside rows.
    private func actions(
        _ scheduler: Scheduler, _ pruner: Pruner, _ files: JobFiles, _ users: UserPolicy
    ) -> JobActions {
        // What is set aside is set aside as the daemon starts.
        let setAside = files.warning
        return JobActions(
            removeFiles: { await files.remove([$0]) },
            addInput: { try await scheduler.addInput($0, to: $1, at: $2, isEnd: $3, by: $4) },
            prune: { request in
                if request.isEmpty { return try await pruner.apply() }
                var filter = JobFilter()
                filter.states = request.states
                filter.queue = request.queue
                return try await pruner.remove(
                    matching: filter, olderThan: request.age, keep: request.keep)
            },
            refusalOfUser: { user in
                await withCheckedContinuation { (answer: CheckedContinuation<String?, Never>) in
                    // Users may be kept on another machine.
                    DispatchQueue.global().async {
                        do throws(UserRefusal) {
                            _ = try users.account(for: user)
                            answer.resume(returning: nil)
                        } catch {
                            answer.resume(returning: error.message)
                        }
                    }
                }
            },
            warnings: { scheduler.troubles.current + (setAside.map { [$0] } ?? []) },
            hints: { await scheduler.hints(for: $0) }, wake: { await scheduler.wake($0) })
    }

    /// As whom jobs run.
    ///
    /// - Throws: `StartError` when nobody can be the user of the setting.
    private func userPolicy() throws -> UserPolicy {
        let users = UserPolicy(standard: settings.runAs, allowsRoot: settings.allowsRoot)
        if users.runsAsRoot, settings.access.socketGroup != nil,
            settings.access.socketGroupRole != .read, !settings.allowsRoot
        {
            throw StartError(
                .configuration,
                "Every member of the socket_group could run commands as root. Set run_as to the "
                    + "user that jobs are to run as, or socket_group_role to read, or say that "
                    + "this is meant with allow_root.")
        }
        do {
            _ = try users.account(for: nil)
        } catch {
            throw StartError(.configuration, "The setting run-as: \(error.message).")
        }
        return users
    }

    /// Where groups are made for what is limited; nil: nowhere.
    private func controlGroups(_ logger: Logger) -> ControlGroups? {
        let consequence = "Limits hold for each process of a job only"
        guard settings.usesControlGroups else {
            logger.info(
                "\(consequence): control-groups is off, as it is by itself under systemd")
            return nil
        }
        do {
            return try ControlGroups.take()
        } catch {
            logger.log(
                level: settings.wantsControlGroups ? .warning : .info, "\(consequence): \(error)")
            return nil
        }
    }

    private func openStore(
        _ state: StateDirectory, _ bells: CommitBells, _ logger: Logger
    ) throws -> Store {
        var evidence = StateEvidence()
        evidence.note = state.generation
        evidence.newestFiles = JobFiles.newest(in: state)
        evidence.acceptsRestored = acceptsRestored
        evidence.reserve = state.reserve
        let store: Store
        do {
            store = try Store(path: state.database, evidence: evidence, now: Self.now) {
                bells.ring($0)
            }
        } catch let error as JobError {
            throw StartError(.configuration, error.message)
        } catch {
            throw StartError(
                .cannotCreate, "The database \(state.database) cannot be opened: \(error)")
        }
        if store.isRestored {
            logger.warning(
                "Took over a database that is not the one seen last, as --accept-restored says")
        }
        if !store.mended.isEmpty {
            logger.warning(
                "The database lacked what belongs to it; it was made anew",
                metadata: ["missing": "\(store.mended.joined(separator: ", "))"])
        }
        DispatchQueue.global(qos: .utility).async {
            guard let found = store.checkIntegrity() else { return }
            logger.error("The database is damaged", metadata: ["found": "\(found)"])
        }
        return store
    }

    /// Wall-clock time, as the journals have it too.
    private static let now: @Sendable () -> Timestamp = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// random(4): made anew each time the machine starts.
    private static func bootID() throws -> String {
        do {
            return try String(
                contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8
            ).trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw StartError(.cannotCreate, "The machine's boot id cannot be read: \(error)")
        }
    }
}
