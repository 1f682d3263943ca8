import Dispatch
import Foundation
import Glibc
package import JobEvents
package import JobModel
package import JobRunner
package import JobStore
import Journal
package import Logging
import ProgressRecognition
import Synchronization

/// Starts what is queued, follows what runs, and tears down what was cancelled.
///
/// It is driven by the store: after a commit its bell is rung, and it looks for
/// queued jobs and for what is asked of running ones. It runs on a Dispatch queue
/// of its own, together with everything that touches processes.
package actor Scheduler {
    /// What can be set.
    package struct Settings: Sendable {
        /// The supervisor's program.
        package var supervisor: String
        /// Readings closer together than this become one, in microseconds.
        package var progressInterval: Int64
        /// What the commands' environment is made from.
        package var environment: [String: String]
        /// As whom jobs run.
        package var users: UserPolicy
        /// Where groups are made for what is limited; nil: nowhere.
        package var controlGroups: ControlGroups?

        package init(
            supervisor: String, progressInterval: Int64, environment: [String: String],
            users: UserPolicy = UserPolicy(), controlGroups: ControlGroups? = nil
        ) {
            self.supervisor = supervisor
            self.progressInterval = progressInterval
            self.environment = environment
            self.users = users
            self.controlGroups = controlGroups
        }
    }

    let store: Store
    let output: OutputLog
    let directory: StateDirectory
    let files: JobFiles
    let launcher: Launcher
    let watcher: AttemptWatcher
    let progressInterval: Int64
    let environment: JobEnvironment
    let users: UserPolicy
    let controlGroups: ControlGroups?
    let bootID: String
    let now: @Sendable () -> Timestamp
    let logger: Logger
    /// What does not work for a while.
    package nonisolated let troubles: TroubleLog
    /// The memory that journals are read through, one after the other.
    let buffer = JournalBuffer()
    /// What is followed.
    var followers: [AttemptID: Follower] = [:]
    /// Claimed, and waiting for what it takes to launch them, with what they were
    /// granted.
    var unlaunched: [AttemptID: [String: Grant]] = [:]
    /// The newest addition to a job's input that is under way.
    var inputTurns: [JobID: Task<Int64, any Error>] = [:]
    /// Whether what an earlier life of the daemon has left was taken over.
    var isStarted = false
    var isStopped = false
    /// Whether a look at the files that jobs read is due or under way.
    var isWatchingFiles = false
    /// Where that is done.
    let fileQueue = DispatchQueue(label: "jobd.files")

    private nonisolated let executor: QueueExecutor
    private nonisolated let isRung = Mutex(false)
    /// Whether something may be asked of running jobs that nobody has looked for;
    /// at first by those who spoke to an earlier life of the daemon.
    private nonisolated let mayHaveOrders = Mutex(true)
    private var isLooking = false
    private var mustLookAgain = false
    /// When the next look is due though nobody rings.
    private var wakeScheduled: Timestamp?

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    nonisolated var queue: DispatchQueue { executor.queue }

    /// - Parameters:
    ///   - bootID: names the machine's present run.
    ///   - now: the clock that rows are stamped by.
    /// - Throws: when journals cannot be watched.
    package init(
        store: Store, output: OutputLog, directory: StateDirectory, files: JobFiles,
        settings: Settings, bootID: String, now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) throws {
        let executor = QueueExecutor(label: "jobd.scheduler")
        self.executor = executor
        self.store = store
        self.output = output
        self.directory = directory
        self.files = files
        self.bootID = bootID
        self.now = now
        self.logger = logger
        troubles = TroubleLog(logger: logger)
        launcher = Launcher(supervisor: settings.supervisor)
        progressInterval = settings.progressInterval
        environment = JobEnvironment(daemon: settings.environment)
        users = settings.users
        controlGroups = settings.controlGroups
        watcher = AttemptWatcher(queue: executor.queue)
        watcher.onTrouble = { [troubles] error in
            if let error {
                troubles.failed(Self.watching, error)
            } else {
                troubles.isOver(Self.watching)
            }
        }
    }

    // MARK: Looking for work

    /// Says that something is asked of jobs that run; `ring` must follow.
    package nonisolated func ringForOrders() {
        mayHaveOrders.withLock { $0 = true }
    }

    /// Says that there may be something to do.
    package nonisolated func ring() {
        let isFirst = isRung.withLock { isRung in
            defer { isRung = true }
            return !isRung
        }
        guard isFirst else { return }
        queue.async {
            self.isRung.withLock { $0 = false }
            self.assumeIsolated { $0.look() }
        }
    }

    /// Says that the wall clock was set: what is due by it comes at another time.
    package nonisolated func clockWasSet() {
        queue.async {
            self.assumeIsolated { scheduler in
                scheduler.wakeScheduled = nil
                scheduler.look()
            }
        }
    }

    /// Answers when the scheduler is not stuck.
    package func ping() {}

    /// Stops following; what runs goes on without this daemon.
    package func stop() {
        isStopped = true
        for follower in followers.values {
            if let token = follower.token { watcher.unwatch(token) }
        }
        followers = [:]
    }

    func look() {
        // What is asked of jobs that were not adopted yet would find nobody.
        guard isStarted, !isStopped else { return }
        guard !isLooking else {
            mustLookAgain = true
            return
        }
        isLooking = true
        Task { await lookAround() }
    }

    private func lookAround() async {
        repeat {
            mustLookAgain = false
            do {
                if takeOrdersBell() { carryOut(try await store.orders()) }
                // Few at a time, so that a daemon that dies here leaves few
                // attempts to launch to the next one.
                var mayHaveMore = true
                while mayHaveMore, !isStopped {
                    let round = try await store.claim(bootID: bootID, limit: Self.claimLimit)
                    for claim in round.claims {
                        launch(claim.attempt, claim.spec, granted: claim.granted)
                    }
                    mayHaveMore = round.mayHaveMore
                    scheduleWake(at: round.nextWake)
                }
            } catch {
                ringForOrders()
                troubles.failed(Self.looking, error)
                later(milliseconds: 1000) { $0.look() }
                break
            }
            troubles.isOver(Self.looking)
        } while mustLookAgain && !isStopped
        isLooking = false
    }

    /// Looks again when the next waiting job's time has come, by the clock on the
    /// wall: if that is set, the look comes earlier or later with it.
    private func scheduleWake(at time: Timestamp?) {
        guard let time, wakeScheduled.map({ time < $0 }) ?? true else { return }
        wakeScheduled = time
        // A microsecond late is due, one too early would only look in vain.
        let delay = max(0, time - now()) + 1000
        queue.asyncAfter(wallDeadline: .now() + .microseconds(Int(min(delay, Self.longestWake)))) {
            [weak self] in
            self?.assumeIsolated { scheduler in
                guard scheduler.wakeScheduled == time else { return }
                scheduler.wakeScheduled = nil
                scheduler.look()
            }
        }
    }

    /// A day, in microseconds: a job that waits longer is looked for again then.
    private static let longestWake: Int64 = 86_400_000_000

    /// Whether the bell was rung for orders since this was last asked.
    private func takeOrdersBell() -> Bool {
        mayHaveOrders.withLock { mayHaveOrders in
            defer { mayHaveOrders = false }
            return mayHaveOrders
        }
    }

    private static let claimLimit = 16

    // What may go wrong for a while, in words for the log.
    static let watching = "Cannot watch jobs; looking at them now and then"
    private static let looking = "Cannot look for jobs"
    private static let controlling = "Cannot control a job"

    private func carryOut(_ orders: [AttemptID: AttemptOrders]) {
        for (attempt, orders) in orders {
            if orders.cancel != nil, unlaunched.removeValue(forKey: attempt) != nil {
                end(attempt, Outcome(state: .cancelled, time: now()))
                continue
            }
            // One that is not launched yet is told once it is.
            guard let follower = followers[attempt] else { continue }
            if orders.cancel != nil, follower.isSupervisorGone {
                endUnread(follower)
                continue
            }
            do {
                try carryOut(orders, on: follower)
                troubles.isOver(Self.controlling, with: attempt.job)
            } catch {
                troubles.failed(Self.controlling, error, with: attempt.job)
                ringForOrders()
                later(milliseconds: 1000) { $0.look() }
            }
        }
    }

    /// Tells the supervisor what it has not been told. When it is gone, the
    /// attempt's end is on its way.
    private func carryOut(_ orders: AttemptOrders, on follower: Follower) throws {
        let directory = follower.directory
        if let cancel = orders.cancel, follower.cancelSent != cancel {
            let delivery = try AttemptControl.cancel(
                directory, signal: cancel.signal, graceMicroseconds: cancel.grace)
            if delivery == .sent { follower.cancelSent = cancel }
        }
        if follower.pauseSent != orders.isPaused {
            let delivery =
                orders.isPaused
                ? try AttemptControl.pause(directory) : try AttemptControl.resume(directory)
            if delivery == .sent { follower.pauseSent = orders.isPaused }
            watchFiles()
        }
        let signals = orders.signals.filter { $0.id > follower.signalSent }
        for order in signals {
            _ = try AttemptControl.signal(directory, signal: order.signal, tree: order.isForTree)
            follower.signalSent = order.id
        }
        guard !signals.isEmpty else { return }
        Task {
            do {
                try await store.removeSignals(signals)
            } catch {
                // They go with the attempt; until then this daemon knows them.
                logger.warning("Cannot forget signals", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Does something on this actor after a while.
    func later(milliseconds: Int, _ body: @escaping @Sendable (isolated Scheduler) -> Void) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
            self?.assumeIsolated { if !$0.isStopped { body($0) } }
        }
    }
}
