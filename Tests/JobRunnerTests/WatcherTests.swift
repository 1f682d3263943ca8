import CLinux
import Dispatch
import Foundation
import JobRunner
import Testing

/// Watches on files that the tests write themselves.
@Suite(.timeLimit(.minutes(2))) struct WatcherTests {
    /// A watcher and what it told.
    // Unchecked: its state is used on its queue.
    private final class Observer: @unchecked Sendable {
        let queue = DispatchQueue(label: "Observer")
        let watcher: AttemptWatcher
        private var told: [String] = []
        private var waiting: CheckedContinuation<Void, Never>?

        init() throws {
            watcher = try AttemptWatcher(queue: queue)
        }

        func watch(_ journal: String, pid: Int32? = nil, as name: String)
            throws -> AttemptWatcher.Token
        {
            try queue.sync {
                try watcher.watch(
                    journal: journal, pid: pid,
                    onGrow: { [weak self] in self?.tell("\(name) grew") },
                    onExit: { [weak self] in self?.tell("\(name) ended") })
            }
        }

        private func tell(_ text: String) {
            told.append(text)
            waiting?.resume()
            waiting = nil
        }

        /// Waits until something was told, and takes all of it.
        func next() async -> [String] {
            await withCheckedContinuation { continuation in
                queue.async { [self] in
                    if told.isEmpty { waiting = continuation } else { continuation.resume() }
                }
            }
            return queue.sync {
                defer { told = [] }
                return told
            }
        }
    }

    private func append(to path: String) {
        let file = linux_open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        _ = linux_write(file, "x", 1)
        close(file)
    }

    @Test func tellsWhichFileGrew() async throws {
        let attempt = try AttemptFixture()
        let (one, two) = (attempt.root + "/one", attempt.root + "/two")
        append(to: one)
        append(to: two)
        let observer = try Observer()
        _ = try observer.watch(one, as: "one")
        _ = try observer.watch(two, as: "two")
        append(to: two)
        #expect(Set(await observer.next()) == ["two grew"])
        append(to: one)
        // Telling of two's closing may come with it.
        var told = Set(await observer.next())
        while !told.contains("one grew") { told = Set(await observer.next()) }
        #expect(told.isSubset(of: ["one grew", "two grew"]))
    }

    @Test func aFileCanBeWatchedTwiceAndMuted() async throws {
        let attempt = try AttemptFixture()
        let path = attempt.root + "/journal"
        append(to: path)
        let observer = try Observer()
        let first = try observer.watch(path, as: "first")
        let second = try observer.watch(path, as: "second")
        observer.queue.sync { observer.watcher.mute(first) }
        append(to: path)
        #expect(Set(await observer.next()) == ["second grew"])
        try observer.queue.sync {
            observer.watcher.unwatch(second)
            try observer.watcher.unmute(first)
        }
        append(to: path)
        // Of the first append nothing is told to it.
        #expect(Set(await observer.next()) == ["first grew"])
    }

    @Test func anExitIsToldOnceAndTheChildReaped() async throws {
        let attempt = try AttemptFixture()
        let observer = try Observer()
        let spec = LaunchSpec(
            directory: attempt.directory, arguments: ["true"],
            environment: attempt.environment)
        let pid = try attempt.launcher.launch(spec)
        _ = try observer.watch(attempt.directory.journal, pid: pid, as: "attempt")
        var told: [String] = []
        while !told.contains("attempt ended") { told += await observer.next() }
        #expect(told.filter { $0 == "attempt ended" }.count == 1)
        #expect(linux_is_child(pid) == 0)
        // It is gone; watching it again says so at once.
        _ = try observer.watch(attempt.directory.journal, pid: pid, as: "again")
        #expect(await observer.next().last == "again ended")
    }

    @Test func aProcessThatGotThePidLaterIsNotTheSupervisor() async throws {
        let attempt = try AttemptFixture()
        append(to: attempt.root + "/journal")
        let observer = try Observer()
        // It lives, but nobody holds the journal's lock.
        _ = try observer.watch(attempt.root + "/journal", pid: getppid(), as: "attempt")
        #expect(await observer.next() == ["attempt ended"])
    }

    @Test func aMissingFileIsAnError() throws {
        let observer = try Observer()
        #expect(throws: WatchError.self) {
            try observer.watch("/no/such/journal", as: "nothing")
        }
    }
}
