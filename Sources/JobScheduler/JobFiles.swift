import Dispatch
import Foundation
package import JobModel
import JobRunner
package import JobStore
package import Logging

/// What jobs leave on the disk, on its way out: of deleted jobs it is removed; of jobs
/// that the database does not know it is set aside, for somebody to look at.
package struct JobFiles: Sendable {
    private let store: Store
    private let directory: StateDirectory
    private let logger: Logger
    /// A disk may take its time, on which nothing else should wait.
    private let queue = DispatchQueue(label: "jobd.removal", qos: .utility)

    package init(store: Store, directory: StateDirectory, logger: Logger) {
        self.store = store
        self.directory = directory
        self.logger = logger
    }

    /// The newest job that has files in `directory`; nil when none has any.
    package static func newest(in directory: StateDirectory) -> JobID? {
        jobs(in: directory).max { $0.rawValue < $1.rawValue }
    }

    private static func jobs(in directory: StateDirectory) -> [JobID] {
        names(in: directory.jobs).compactMap { Int64($0) }.map(JobID.init(rawValue:))
    }

    /// Nothing where there is no folder: a state directory that is new has none.
    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    // MARK: Removing

    /// Removes what deleted jobs have left. What cannot be removed is tried again when
    /// the daemon starts the next time.
    package func remove(_ jobs: [JobID]) async {
        if jobs.isEmpty { return }
        let gone = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: jobs.filter(removeNow)) }
        }
        do {
            try await store.forgetRemoved(gone)
        } catch {
            // They are looked for once more by the next daemon, which finds nothing.
        }
    }

    private func removeNow(_ job: JobID) -> Bool {
        do throws(FileRemoval.Failure) {
            try FileRemoval.remove(directory.job(job))
            return true
        } catch {
            logger.warning(
                "Cannot remove a deleted job's files",
                metadata: ["job": "\(job)", "error": "\(error)"])
            return false
        }
    }

    /// Removes what a daemon has left that died between deleting a job's rows and its
    /// files.
    package func removeLeftovers() async {
        do {
            await remove(try await store.removedJobs())
        } catch {
            logger.warning(
                "Cannot look for the files of deleted jobs", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Setting aside

    /// Moves what the database does not know out of the way: files of jobs, and when it
    /// took another one's place, of attempts as well, which are going to be made anew.
    ///
    /// - Parameter supervisor: the program of supervisors, of which some may still run
    ///   such jobs: what they write to stays where it is.
    /// - Throws: when the store cannot be read.
    package func setAsideUnknown(supervisor: String) async throws {
        let all = Self.jobs(in: directory)
        var unknown: [String] = []
        let removed = Set(try await store.removedJobs())
        for start in stride(from: 0, to: all.count, by: Self.batch) {
            let part = Array(all[start..<min(start + Self.batch, all.count)])
            let known = try await store.newestAttempts(of: part)
            for id in part {
                guard let newest = known[id] else {
                    if !removed.contains(id) { unknown.append("\(id)") }
                    continue
                }
                guard store.isRestored else { continue }
                unknown += Self.names(in: directory.job(id))
                    .filter { Int($0).map { $0 > newest } ?? false }.map { "\(id)/\($0)" }
            }
        }
        if unknown.isEmpty { return }
        let running = SupervisorSearch.all(supervisor: supervisor)
        var moved = 0
        for name in unknown {
            let path = "\(directory.jobs)/\(name)"
            if let used = running.first(where: { $0.key == path || $0.key.hasPrefix(path + "/") }) {
                logger.warning(
                    "A job runs that the database does not know; its files stay where they are",
                    metadata: ["supervisor": "\(used.value)", "files": "\(used.key)"])
            } else if setAside(path, as: name.replacingOccurrences(of: "/", with: ".")) {
                moved += 1
            }
        }
        if moved > 0 {
            logger.warning(
                "Files of jobs that the database does not know have been set aside",
                metadata: ["count": "\(moved)", "folder": "\(directory.setAside)"])
        }
    }

    private func setAside(_ path: String, as name: String) -> Bool {
        var target = "\(directory.setAside)/\(name)"
        mkdir(directory.setAside, 0o700)
        var number = 1
        while access(target, F_OK) == 0 {
            number += 1
            target = "\(directory.setAside)/\(name)-\(number)"
        }
        if rename(path, target) == 0 { return true }
        logger.warning(
            "Cannot set aside what the database does not know",
            metadata: ["path": "\(path)", "error": "\(String(cString: strerror(errno)))"])
        return false
    }

    /// What there is to say of what was set aside, now or earlier; nil when nothing is.
    package var warning: String? {
        let count = Self.names(in: directory.setAside).count
        if count == 0 { return nil }
        return "Files of jobs that the database does not know lie in \(directory.setAside) "
            + "(\(count)): look at them, and remove the folder."
    }

    /// How many jobs are looked for in one read.
    private static let batch = 1000
}
