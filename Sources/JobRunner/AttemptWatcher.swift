internal import CLinux
package import Dispatch
internal import Glibc

/// Tells when journals grow and when supervisors end.
///
/// One inotify instance for all journals, one pidfd for each supervisor, no thread
/// and no timer of its own. What cannot be watched, because the system's watches or
/// descriptors are used up, is looked at now and then instead until it can
/// (`onTrouble` says so). To be used on its queue only, where it also calls back.
// Unchecked: it is that queue which keeps its state from being used twice at a
// time, and the compiler does not know about queues.
package final class AttemptWatcher: @unchecked Sendable {
    /// Names one watch.
    package struct Token: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Watch {
        let directory: AttemptDirectory
        /// The supervisor whose end is to be told and is not watched yet.
        var unwatchedExit: Int32?
        /// The inotify watch; nil while there is none.
        var growth: Int32?
        var exit: (any DispatchSourceRead)?
        let onGrow: () -> Void
        let onExit: () -> Void

        var isComplete: Bool { growth != nil && unwatchedExit == nil }
    }

    /// Called when something cannot be watched, and with nil when all can again.
    package var onTrouble: (WatchError?) -> Void = { _ in }

    private let queue: DispatchQueue
    /// Negative while there is none: then the negated errno.
    private var inotify: Int32 = -ENOSYS
    private var source: (any DispatchSourceRead)?
    private var watches: [Token: Watch] = [:]
    private var tokens: [Int32: Set<Token>] = [:]
    private var lastToken = 0
    /// Those that are looked at now and then.
    private var incomplete: Set<Token> = []
    /// Due while there are such.
    private var timer: (any DispatchSourceTimer)?
    private var isTroubled = false
    /// How often they are looked at.
    private let interval: DispatchTimeInterval
    private let makeInotify: () -> Int32

    /// Calls back on `queue`, which must be serial.
    ///
    /// - Parameters:
    ///   - interval: how often what cannot be watched is looked at.
    ///   - makeInotify: what inotify_init1(2) stands for: a descriptor, or a negated
    ///     errno. Nil: that call.
    package init(
        queue: DispatchQueue, interval: DispatchTimeInterval = .milliseconds(500),
        makeInotify: (() -> Int32)? = nil
    ) {
        self.queue = queue
        self.interval = interval
        self.makeInotify = makeInotify ?? { linux_inotify() }
        // Without one everything is looked at now and then.
        _ = openInotify()
    }

    deinit {
        source?.cancel()
        timer?.cancel()
        for watch in watches.values { watch.exit?.cancel() }
    }

    /// Watches an attempt until `unwatch`.
    ///
    /// What happened before is not told: read the journal once after this.
    ///
    /// - Parameters:
    ///   - pid: the supervisor's; nil if it is not known yet, and then `onGrow`
    ///     is all that comes, also when the supervisor ends.
    ///   - onGrow: the journal grew, or its writer closed it, or it is time for a
    ///     look.
    ///   - onExit: the supervisor ended, and is reaped if it was our child;
    ///     called once, never from within this call.
    package func watch(
        _ directory: AttemptDirectory, pid: Int32?, onGrow: @escaping () -> Void,
        onExit: @escaping () -> Void
    ) -> Token {
        lastToken += 1
        let token = Token(number: lastToken)
        watches[token] = Watch(
            directory: directory, unwatchedExit: pid, onGrow: onGrow, onExit: onExit)
        do throws(WatchError) {
            try complete(token)
        } catch {
            incomplete.insert(token)
            note(error)
        }
        return token
    }

    /// Ends a watch: nothing is called any more. A supervisor that is our child
    /// and still runs is not reaped then.
    package func unwatch(_ token: Token) {
        incomplete.remove(token)
        if let growth = watches[token]?.growth {
            tokens[growth]?.remove(token)
            if tokens[growth]?.isEmpty == true {
                tokens[growth] = nil
                // It fails if the file was removed, and the watch with it.
                _ = linux_inotify_unwatch(inotify, growth)
            }
        }
        watches.removeValue(forKey: token)?.exit?.cancel()
        settle()
    }

    // MARK: What cannot be watched

    /// Sets up what a watch lacks.
    private func complete(_ token: Token) throws(WatchError) {
        guard let watch = watches[token] else { return }
        if let pid = watch.unwatchedExit { try watchExit(of: pid, token) }
        if watch.growth == nil { try watchGrowth(token) }
    }

    private func note(_ error: WatchError) {
        if !isTroubled {
            isTroubled = true
            onTrouble(error)
        }
        guard timer == nil else { return }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [weak self] in self?.lookAround() }
        self.timer = timer
        timer.activate()
    }

    private func lookAround() {
        let tokens = incomplete
        do throws(WatchError) {
            for token in tokens {
                try complete(token)
                incomplete.remove(token)
            }
        } catch {
            // For those behind it there is no more room than for this one.
        }
        settle()
        // Also those that are watched from now on: they may have grown before.
        for token in tokens { watches[token]?.onGrow() }
    }

    /// Ends looking when everything is watched.
    private func settle() {
        guard incomplete.isEmpty, isTroubled else { return }
        timer?.cancel()
        timer = nil
        isTroubled = false
        onTrouble(nil)
    }

    // MARK: Growth

    /// Makes the inotify instance, of which a user can have a limited number; its
    /// descriptor or the negated errno.
    private func openInotify() -> Int32 {
        if inotify >= 0 { return inotify }
        inotify = makeInotify()
        guard inotify >= 0 else { return inotify }
        let descriptor = inotify
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setCancelHandler { close(descriptor) }
        source.setEventHandler { [weak self] in self?.takeGrowth() }
        self.source = source
        source.activate()
        return inotify
    }

    private func watchGrowth(_ token: Token) throws(WatchError) {
        guard let watch = watches[token] else { return }
        let instance = openInotify()
        if instance < 0 { throw WatchError(operation: "watch journals", code: -instance) }
        let growth = linux_inotify_watch(instance, watch.directory.journal)
        // Without the file there is nothing to watch; whoever reads it finds out.
        if growth == -ENOENT || growth == -ENOTDIR || growth == -ELOOP { return }
        if growth < 0 {
            throw WatchError(operation: "watch \(watch.directory.journal)", code: -growth)
        }
        watches[token]?.growth = growth
        tokens[growth, default: []].insert(token)
    }

    private func takeGrowth() {
        var numbers = [Int32](repeating: 0, count: 64)
        var grown: Set<Token> = []
        while true {
            let count = Int(linux_inotify_read(inotify, &numbers, Int32(numbers.count)))
            if count <= 0 { break }
            for number in numbers[..<count] {
                // -1: events were lost, so everybody has to look.
                if number == -1 { grown.formUnion(watches.keys) }
                grown.formUnion(tokens[number] ?? [])
            }
        }
        // One of them may end the watch of another.
        for token in grown { watches[token]?.onGrow() }
    }

    // MARK: Ends

    private func watchExit(of pid: Int32, _ token: Token) throws(WatchError) {
        let process = linux_pidfd_open(pid)
        if process < 0, process != -ESRCH {
            throw WatchError(operation: "watch process \(pid)", code: -process)
        }
        watches[token]?.unwatchedExit = nil
        // The process was taken hold of before the lock is asked for: if somebody
        // holds it still, the process is the supervisor and not one that got its
        // pid later. Our own child keeps its pid until we reap it.
        guard process >= 0,
            linux_is_child(pid) == 1 || watches[token]?.directory.isJournalLocked() == 1
        else {
            if process >= 0 { close(process) }
            queue.async { [weak self] in self?.watches[token]?.onExit() }
            return
        }
        let exit = DispatchSource.makeReadSource(fileDescriptor: process, queue: queue)
        exit.setCancelHandler { close(process) }
        exit.setEventHandler { [weak self] in
            var status: Int32 = 0
            // Adopted ones are not our children; that it cannot reap those is no
            // error.
            _ = linux_reap(pid, &status)
            guard let self, let watch = watches[token], let source = watch.exit else { return }
            source.cancel()
            watches[token]?.exit = nil
            watch.onExit()
        }
        watches[token]?.exit = exit
        exit.activate()
    }
}
