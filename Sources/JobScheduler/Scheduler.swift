import Dispatch
import Foundation
package import JobEvents
package import JobModel
import JobRunner
package import JobStore
import Journal
package import Logging
import ProgressRecognition
import Synchronization

/// Starts what is queued, follows what runs, and tears down what was cancelled.
///
/// It is driven by the store: after a commit its bell is rung, and it looks for
/// queued jobs and for cancels that were asked for. It runs on a Dispatch queue
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

        package init(supervisor: String, progressInterval: Int64, environment: [String: String]) {
            self.supervisor = supervisor
            self.progressInterval = progressInterval
            self.environment = environment
        }
    }

    let store: Store
    let output: OutputLog
    let directory: StateDirectory
    let launcher: Launcher
    let watcher: AttemptWatcher
    let progressInterval: Int64
    let environment: JobEnvironment
    let bootID: String
    let now: @Sendable () -> Timestamp
    let logger: Logger
    /// The memory that journals are read through, one after the other.
    let buffer = JournalBuffer()
    /// What is followed.
    var followers: [AttemptID: Follower] = [:]
    /// Claimed, and waiting for what it takes to launch them.
    var unlaunched: Set<AttemptID> = []
    var isStopped = false

    private nonisolated let executor: QueueExecutor
    private nonisolated let isRung = Mutex(false)
    /// Whether cancels may have been asked for that nobody has looked for; at
    /// first by those who spoke to an earlier life of the daemon.
    private nonisolated let mayHaveCancels = Mutex(true)
    private var isLooking = false
    private var mustLookAgain = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    nonisolated var queue: DispatchQueue { executor.queue }

    /// - Parameters:
    ///   - bootID: names the machine's present run.
    ///   - now: the clock that the journals' times come from.
    /// - Throws: when journals cannot be watched.
    package init(
        store: Store, output: OutputLog, directory: StateDirectory, settings: Settings,
        bootID: String, now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) throws {
        let executor = QueueExecutor(label: "jobd.scheduler")
        self.executor = executor
        self.store = store
        self.output = output
        self.directory = directory
        self.bootID = bootID
        self.now = now
        self.logger = logger
        launcher = Launcher(supervisor: settings.supervisor)
        progressInterval = settings.progressInterval
        environment = JobEnvironment(daemon: settings.environment)
        watcher = try AttemptWatcher(queue: executor.queue)
    }

    // MARK: Looking for work

    /// Says that there is something to cancel; `ring` must follow.
    package nonisolated func ringForCancels() {
        mayHaveCancels.withLock { $0 = true }
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
        guard !isStopped else { return }
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
                if takeCancelBell() { carryOut(try await store.cancelOrders()) }
                // Few at a time, so that a daemon that dies here leaves few
                // attempts to launch to the next one.
                var claimed = Self.claimLimit
                while claimed == Self.claimLimit, !isStopped {
                    let claims = try await store.claim(bootID: bootID, limit: Self.claimLimit)
                    for claim in claims { launch(claim.attempt, claim.spec) }
                    claimed = claims.count
                }
            } catch {
                ringForCancels()
                logger.error("Cannot look for jobs; trying again", metadata: ["error": "\(error)"])
                later(milliseconds: 1000) { $0.look() }
                break
            }
        } while mustLookAgain && !isStopped
        isLooking = false
    }

    /// Whether the bell was rung for cancels since this was last asked.
    private func takeCancelBell() -> Bool {
        mayHaveCancels.withLock { mayHaveCancels in
            defer { mayHaveCancels = false }
            return mayHaveCancels
        }
    }

    private static let claimLimit = 16

    private func carryOut(_ orders: [AttemptID: CancelOrder]) {
        for (attempt, order) in orders {
            if unlaunched.remove(attempt) != nil {
                end(attempt, Outcome(state: .cancelled, time: now()))
                continue
            }
            guard let follower = followers[attempt], follower.cancelSent != order else { continue }
            do {
                let delivery = try AttemptControl.cancel(
                    follower.directory, signal: order.signal, graceMicroseconds: order.grace)
                // When the supervisor is gone the end is on its way.
                if delivery == .sent { follower.cancelSent = order }
            } catch {
                logger.error(
                    "Cannot cancel; trying again",
                    metadata: ["job": "\(attempt.job)", "error": "\(error)"])
                ringForCancels()
                later(milliseconds: 1000) { $0.look() }
            }
        }
    }

    // MARK: Launching

    /// Launches an attempt that has a slot.
    func launch(_ attempt: AttemptID, _ spec: JobSpec) {
        let directory = AttemptDirectory(path: directory.attempt(attempt))
        let launch = LaunchSpec(
            directory: directory, arguments: spec.command.argumentVector,
            environment: environment.environment(of: attempt, spec, in: directory), cwd: spec.cwd,
            usesTerminal: spec.tty, stdin: spec.stdin.map { Array($0.utf8) },
            timeoutMicroseconds: spec.timeout, graceMicroseconds: spec.killGrace,
            outputLimitBytes: spec.outputLimitBytes)
        do {
            let pid = try launcher.launch(launch)
            unlaunched.remove(attempt)
            logger.debug(
                "Launched", metadata: ["job": "\(attempt.job)", "attempt": "\(attempt.number)"])
            follow(
                Follower(
                    attempt, spec: spec, directory: directory, derived: 0,
                    tracker: ProgressTracker(
                        intervalMicroseconds: progressInterval, resumed: nil)),
                supervisor: pid)
        } catch  where error.reason == .noRoom || error.reason == .noResources {
            // It may go away: the job waits in its slot and nothing is lost.
            if unlaunched.insert(attempt).inserted {
                logger.error(
                    "Cannot launch yet; trying again",
                    metadata: ["job": "\(attempt.job)", "error": "\(error)"])
            }
            later(milliseconds: 1000) { scheduler in
                guard scheduler.unlaunched.contains(attempt) else { return }
                scheduler.launch(attempt, spec)
            }
        } catch {
            unlaunched.remove(attempt)
            end(attempt, .unstartable("Cannot start: \(error).", time: now()))
        }
    }

    /// Does something on this actor after a while.
    func later(milliseconds: Int, _ body: @escaping @Sendable (isolated Scheduler) -> Void) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
            self?.assumeIsolated { if !$0.isStopped { body($0) } }
        }
    }
}
