// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Glibc
import JobModel
import JobRunner
import Logging
import ProgressRecognition

/// Starting attempts.
extension Scheduler {
    /// Launches an attempt that has a slot.
    func launch(_ attempt: AttemptID, _ spec: JobSpec, granted: [String: Grant]) {
        do {
            let launch = try prepare(attempt, spec, granted: granted)
            let pid = try launcher.launch(launch)
            if launch.account != nil { ForeignProgress.note(directory) }
            troubles.isOver(Self.launching, with: attempt.job)
            // Meanwhile it may have been asked for something.
            if unlaunched.removeValue(forKey: attempt) != nil {
                ringForOrders()
                ring()
            }
            logger.debug(
                "Launched", metadata: ["job": "\(attempt.job)", "attempt": "\(attempt.number)"])
            let follower = Follower(
                attempt, spec: spec, granted: granted, directory: launch.directory, derived: 0,
                tracker: ProgressTracker(intervalMicroseconds: progressInterval, resumed: nil))
            follower.pauseSent = false
            follower.isChild = true
            follow(follower, supervisor: pid)
            if spec.stdin == nil, access(launch.input ?? "", F_OK) == 0 { offerInput(attempt) }
        } catch  where Self.isPassing(error) {
            troubles.failed(Self.launching, error, with: attempt.job)
            launchLater(attempt, spec, granted: granted)
        } catch {
            unlaunched.removeValue(forKey: attempt)
            troubles.isOver(Self.launching, with: attempt.job)
            controlGroups?.remove(attempt)
            end(attempt, .unstartable("Cannot start: \(error).", time: now()))
        }
    }

    /// Tries again in a while: the job waits in its slot and nothing is lost.
    private func launchLater(_ attempt: AttemptID, _ spec: JobSpec, granted: [String: Grant]) {
        unlaunched[attempt] = granted
        later(milliseconds: 1000) { scheduler in
            guard let granted = scheduler.unlaunched[attempt] else {
                return scheduler.troubles.isOver(Self.launching, with: attempt.job)
            }
            scheduler.launch(attempt, spec, granted: granted)
        }
    }

    /// Starts an attempt again whose supervisor could not start the command for a
    /// reason that may go away. It is the same attempt: the command never ran.
    func launchAgain(_ follower: Follower, because reason: String) {
        if let token = follower.token { watcher.unwatch(token) }
        followers[follower.attempt] = nil
        troubles.failed(
            Self.starting, UserRefusal(message: reason, isPassing: true),
            with: follower.attempt.job)
        launchLater(follower.attempt, follower.spec, granted: follower.granted)
    }

    /// Over when the attempt ends: that its command runs nobody tells.
    static let starting = "Cannot start a command yet"

    /// Whether what keeps an attempt from being started may go away.
    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case let error as LaunchError: error.isPassing
        case let error as UserRefusal: error.isPassing
        default: false
        }
    }

    private static let launching = "Cannot launch yet"

    /// What an attempt is started with.
    private func prepare(
        _ attempt: AttemptID, _ spec: JobSpec, granted: [String: Grant]
    ) throws -> LaunchSpec {
        // Anew each time: a user may have been removed, or have other groups.
        let account = try users.account(for: spec.runAs)
        let directory = AttemptDirectory(
            path: directory.attempt(attempt),
            progress: account == nil ? nil : ForeignProgress.path(of: attempt, in: directory))
        let group = try controlGroups?.make(for: attempt, spec.limits)
        return LaunchSpec(
            directory: directory, arguments: spec.command.argumentVector,
            environment: environment.environment(
                of: attempt, spec, granted: granted, in: directory, as: account),
            maskedVariables: spec.secretEnvironment.keys.sorted(),
            cwd: spec.cwd ?? account.map(Self.home(of:)), usesTerminal: spec.tty,
            stdin: spec.stdin.map { Array($0.utf8) }, input: self.directory.input(attempt.job),
            timeoutMicroseconds: spec.timeout, stallTimeoutMicroseconds: spec.stallTimeout,
            graceMicroseconds: spec.killGrace, outputLimitBytes: spec.outputLimitBytes,
            limits: group?.limitsBeside ?? spec.limits, controlGroup: group?.directory,
            account: account)
    }

    /// Where somebody starts; not everybody has a home: login(1).
    private static func home(of account: Account) -> String {
        var status = stat()
        let isThere = stat(account.home, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        return isThere ? account.home : "/"
    }

    /// The files of an attempt that was launched by an earlier life of the daemon.
    func existingDirectory(of attempt: AttemptID) -> AttemptDirectory {
        let foreign = ForeignProgress.path(of: attempt, in: directory)
        return AttemptDirectory(
            path: directory.attempt(attempt),
            progress: access(foreign, F_OK) == 0 ? foreign : nil)
    }
}
