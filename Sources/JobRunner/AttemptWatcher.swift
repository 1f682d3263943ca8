internal import CLinux
package import Dispatch
internal import Glibc

/// Tells when journals grow and when supervisors end.
///
/// One inotify instance for all journals, one pidfd for each supervisor, no
/// thread and no timer of its own. To be used on its queue only, where it also
/// calls back.
// Unchecked: it is that queue which keeps its state from being used twice at a
// time, and the compiler does not know about queues.
package final class AttemptWatcher: @unchecked Sendable {
    /// Names one watch.
    package struct Token: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Watch {
        let journal: String
        /// The inotify watch; nil while muted.
        var growth: Int32?
        var exit: (any DispatchSourceRead)?
        let onGrow: () -> Void
        let onExit: () -> Void
    }

    private let queue: DispatchQueue
    private let inotify: Int32
    private let source: any DispatchSourceRead
    private var watches: [Token: Watch] = [:]
    private var tokens: [Int32: Set<Token>] = [:]
    private var lastToken = 0

    /// Calls back on `queue`, which must be serial.
    package init(queue: DispatchQueue) throws(WatchError) {
        let inotify = linux_inotify()
        if inotify < 0 { throw WatchError(operation: "watch journals", code: -inotify) }
        self.queue = queue
        self.inotify = inotify
        source = DispatchSource.makeReadSource(fileDescriptor: inotify, queue: queue)
        source.setCancelHandler { close(inotify) }
        source.setEventHandler { [weak self] in self?.takeGrowth() }
        source.activate()
    }

    deinit {
        source.cancel()
        for watch in watches.values { watch.exit?.cancel() }
    }

    /// Watches an attempt until `unwatch`.
    ///
    /// What happened before is not told: read the journal once after this.
    ///
    /// - Parameters:
    ///   - journal: the journal's path.
    ///   - pid: the supervisor's; nil if it is not known yet, and then `onGrow`
    ///     is all that comes, also when the supervisor ends.
    ///   - onGrow: the journal grew, or its writer closed it.
    ///   - onExit: the supervisor ended, and is reaped if it was our child;
    ///     called once, never from within this call.
    package func watch(
        journal: String, pid: Int32?, onGrow: @escaping () -> Void,
        onExit: @escaping () -> Void
    ) throws(WatchError) -> Token {
        lastToken += 1
        let token = Token(number: lastToken)
        watches[token] = Watch(journal: journal, onGrow: onGrow, onExit: onExit)
        do throws(WatchError) {
            try unmute(token)
            if let pid { try watchExit(of: pid, journal: journal, token: token) }
        } catch {
            unwatch(token)
            throw error
        }
        return token
    }

    /// Ends a watch: nothing is called any more. A supervisor that is our child
    /// and still runs is not reaped then.
    package func unwatch(_ token: Token) {
        mute(token)
        watches.removeValue(forKey: token)?.exit?.cancel()
    }

    /// Keeps `onGrow` from being called, for whoever has heard enough for a
    /// while: growth costs nothing then.
    package func mute(_ token: Token) {
        guard let growth = watches[token]?.growth else { return }
        watches[token]?.growth = nil
        tokens[growth]?.remove(token)
        if tokens[growth]?.isEmpty == true {
            tokens[growth] = nil
            // It fails if the file was removed, and the watch with it.
            _ = linux_inotify_unwatch(inotify, growth)
        }
    }

    /// Ends `mute`. What happened meanwhile is not told: read the journal once
    /// after this.
    package func unmute(_ token: Token) throws(WatchError) {
        guard let watch = watches[token], watch.growth == nil else { return }
        let growth = linux_inotify_watch(inotify, watch.journal)
        if growth < 0 { throw WatchError(operation: "watch \(watch.journal)", code: -growth) }
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

    private func watchExit(
        of pid: Int32, journal: String, token: Token
    ) throws(WatchError) {
        let process = linux_pidfd_open(pid)
        if process < 0, process != -ESRCH {
            throw WatchError(operation: "watch process \(pid)", code: -process)
        }
        // The process was taken hold of before the lock is asked for: if somebody
        // holds it still, the process is the supervisor and not one that got its
        // pid later. Our own child keeps its pid until we reap it.
        guard process >= 0, linux_is_child(pid) == 1 || isLocked(journal) else {
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

    private func isLocked(_ journal: String) -> Bool {
        let file = Descriptor(linux_open(journal, O_RDONLY, 0))
        return file.number >= 0 && linux_is_locked(file.number) == 1
    }
}
