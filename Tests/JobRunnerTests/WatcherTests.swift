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

        /// What could not be watched, and nil when all could again.
        private(set) var troubles: [WatchError?] = []

        /// - Parameter failures: how often inotify is refused.
        init(failures: Int = 0) {
            var failures = failures
            watcher = AttemptWatcher(queue: queue, interval: .milliseconds(20)) {
                failures -= 1
                return failures >= 0 ? -EMFILE : linux_inotify()
            }
            watcher.onTrouble = { [weak self] in self?.troubles.append($0) }
        }

        /// - Parameter directory: where the file `journal` is.
        func watch(
            _ directory: String, pid: Int32? = nil, as name: String
        ) -> AttemptWatcher.Token {
            queue.sync {
                watcher.watch(
                    AttemptDirectory(path: directory), pid: pid,
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

    private func append(to directory: String) {
        let file = linux_open("\(directory)/journal", O_WRONLY | O_APPEND | O_CREAT, 0o600)
        _ = linux_write(file, "x", 1)
        close(file)
    }

    @Test func tellsWhichFileGrew() async throws {
        let attempt = try AttemptFixture()
        let (one, two) = (attempt.root + "/one", attempt.root + "/two")
        for directory in [one, two] {
            #expect(mkdir(directory, 0o700) == 0)
            append(to: directory)
        }
        let observer = Observer()
        _ = observer.watch(one, as: "one")
        _ = observer.watch(two, as: "two")
        append(to: two)
        #expect(Set(await observer.next()) == ["two grew"])
        append(to: one)
        // Telling of two's closing may come with it.
        var told = Set(await observer.next())
        while !told.contains("one grew") { told = Set(await observer.next()) }
        #expect(told.isSubset(of: ["one grew", "two grew"]))
    }

    @Test func aFileCanBeWatchedTwice() async throws {
        let attempt = try AttemptFixture()
        append(to: attempt.root)
        let observer = Observer()
        let first = observer.watch(attempt.root, as: "first")
        _ = observer.watch(attempt.root, as: "second")
        append(to: attempt.root)
        #expect(Set(await observer.next()) == ["first grew", "second grew"])
        observer.queue.sync { observer.watcher.unwatch(first) }
        append(to: attempt.root)
        var told = Set(await observer.next())
        while !told.contains("second grew") { told = Set(await observer.next()) }
        #expect(!told.contains("first grew"))
    }

    @Test func anExitIsToldOnceAndTheChildReaped() async throws {
        let attempt = try AttemptFixture()
        let observer = Observer()
        let spec = LaunchSpec(
            directory: attempt.directory, arguments: ["true"],
            environment: attempt.environment)
        let pid = try attempt.launcher.launch(spec)
        _ = observer.watch(attempt.directory.path, pid: pid, as: "attempt")
        var told: [String] = []
        while !told.contains("attempt ended") { told += await observer.next() }
        #expect(told.filter { $0 == "attempt ended" }.count == 1)
        #expect(linux_is_child(pid) == 0)
        // It is gone; watching it again says so at once.
        _ = observer.watch(attempt.directory.path, pid: pid, as: "again")
        #expect(await observer.next().last == "again ended")
    }

    @Test func aProcessThatGotThePidLaterIsNotTheSupervisor() async throws {
        let attempt = try AttemptFixture()
        append(to: attempt.root)
        let observer = Observer()
        // It lives, but nobody holds the journal's lock.
        _ = observer.watch(attempt.root, pid: getppid(), as: "attempt")
        #expect(await observer.next() == ["attempt ended"])
    }

    /// Whoever reads it finds out.
    @Test func aMissingFileIsNothingToWatch() throws {
        let observer = Observer()
        _ = observer.watch("/no/such/directory", as: "nothing")
        #expect(observer.queue.sync { observer.troubles.isEmpty })
    }

    /// A user has a limited number of watches, which others may use up.
    @Test func whatCannotBeWatchedIsLookedAtUntilItCan() async throws {
        let attempt = try AttemptFixture()
        append(to: attempt.root)
        let observer = Observer(failures: 20)
        _ = observer.watch(attempt.root, as: "attempt")
        // Nobody writes anything.
        #expect(Set(await observer.next()) == ["attempt grew"])
        while observer.queue.sync(execute: { observer.troubles.count < 2 }) {
            try await Task.sleep(for: .milliseconds(1))
        }
        append(to: attempt.root)
        #expect(await observer.next().contains("attempt grew"))
    }
}
