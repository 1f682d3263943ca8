import CLinux
import Dispatch
import Foundation
import JobRunner
import Journal

/// One attempt in a temporary directory, run by the real supervisor.
// Unchecked: its state is used on its queue.
final class AttemptFixture: @unchecked Sendable {
    /// A directory that goes away with the fixture; the attempt's is in it.
    let root: String
    let directory: AttemptDirectory
    var launcher = Launcher(supervisor: SupervisorBinary.path)
    private(set) var supervisor: Int32 = 0
    private let queue = DispatchQueue(label: "AttemptFixture")
    private var watcher: AttemptWatcher?
    private var isOver = false
    private var waiting: [(condition: () -> Bool, continuation: CheckedContinuation<Bool, Never>)] =
        []

    /// Makes the directory in `parent`; nil: where temporary files go.
    init(in parent: String? = nil) throws {
        let parent = parent ?? FileManager.default.temporaryDirectory.path
        root = "\(parent)/attempt-\(UUID().uuidString)"
        directory = AttemptDirectory(path: root + "/jobs/1/1")
        try FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        // Whatever a failed test has left.
        if supervisor > 0, !isOver { Remnants(markedBy: mark).kill() }
        do { try FileManager.default.removeItem(atPath: root) } catch { print(error) }
    }

    /// The entry of the environment that only this attempt's processes have.
    var mark: String { Remnants.mark(of: directory) }

    /// A usual environment.
    var environment: [String: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin", "JOBD_PROGRESS": directory.progress]
    }

    /// Starts the attempt and watches it.
    func launch(_ arguments: [String], _ change: (inout LaunchSpec) -> Void = { _ in }) throws {
        var spec = LaunchSpec(
            directory: directory, arguments: arguments, environment: environment)
        change(&spec)
        try queue.sync {
            supervisor = try launcher.launch(spec)
            try watch(supervisor)
        }
    }

    /// Starts a shell script as the attempt.
    func launch(script: String, _ change: (inout LaunchSpec) -> Void = { _ in }) throws {
        try launch(["/bin/sh", "-c", script], change)
    }

    /// Forgets all about the attempt, as a daemon that is killed does.
    func forget() {
        queue.sync { watcher = nil }
    }

    /// Watches an attempt of which nothing is known but its directory.
    func adopt() throws -> AttemptInspection {
        try queue.sync {
            let state = try AttemptInspection.inspect(directory)
            if case .running(let pid) = state { try watch(pid) }
            return state
        }
    }

    private func watch(_ pid: Int32?) throws {
        let watcher = AttemptWatcher(queue: queue)
        _ = watcher.watch(
            directory, pid: pid,
            onGrow: { [weak self] in self?.look() },
            onExit: { [weak self] in
                self?.isOver = true
                self?.look()
            })
        self.watcher = watcher
        look()
    }

    private func look() {
        waiting.removeAll { waiter in
            let isTrue = waiter.condition()
            if isTrue || isOver { waiter.continuation.resume(returning: isTrue) }
            return isTrue || isOver
        }
    }

    /// Waits until the journal makes the condition true; false if the attempt
    /// ended without that.
    func until(_ condition: @escaping @Sendable () -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                waiting.append((condition, continuation))
                look()
            }
        }
    }

    /// Waits until the command has written that text to the stream.
    func untilOutput(_ text: String) async -> Bool {
        await until { [self] in
            do { return try output().contains(text) } catch { return false }
        }
    }

    /// Waits until the supervisor has ended, and reads how.
    func end() async throws -> JournalExit? {
        _ = await until { false }
        return try JournalReader(path: directory.journal).exit()?.exit
    }

    /// Runs the attempt to its end.
    func run(
        _ arguments: [String], _ change: (inout LaunchSpec) -> Void = { _ in }
    ) async throws -> JournalExit? {
        try launch(arguments, change)
        return try await end()
    }

    /// Runs a shell script to its end.
    func run(
        script: String, _ change: (inout LaunchSpec) -> Void = { _ in }
    ) async throws -> JournalExit? {
        try await run(["/bin/sh", "-c", script], change)
    }

    func records(_ kind: JournalKind) throws -> [JournalRecord] {
        try JournalReader(path: directory.journal).read().records.filter {
            $0.frame.kind == kind
        }
    }

    /// What was written to a stream so far.
    func output(_ kind: JournalKind = .stdout) throws -> String {
        String(decoding: try records(kind).flatMap(\.payload), as: UTF8.self)
    }

    /// The processes, other than the supervisor, that were started with the
    /// attempt's environment and still run.
    func processes() throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init)
            .filter { pid in
                guard pid != supervisor,
                    let environment = FileManager.default.contents(
                        atPath: "/proc/\(pid)/environ")
                else { return false }
                return environment.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
            }
    }

    /// A FIFO by which the command can be kept waiting: it reads a line from it.
    func makeGate(_ name: String) -> Gate {
        Gate(path: "\(root)/\(name)")
    }
}
