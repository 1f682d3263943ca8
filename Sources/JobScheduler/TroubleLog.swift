package import JobModel
package import Logging
import Synchronization

/// Says in the log what does not work: once, until it works again or fails in
/// another way, and then how often it failed. What is tried twice a second for each
/// of a hundred jobs fills no disk with it.
package final class TroubleLog: Sendable {
    private struct Entry {
        /// Why it fails, in words.
        var reason: String
        /// How often, in all.
        var count = 1
        /// For what it fails now.
        var subjects: Set<String>
    }

    private let logger: Logger
    private let entries = Mutex<[String: Entry]>([:])

    package init(logger: Logger) {
        self.logger = logger
    }

    /// What does not work now, a sentence each.
    package var current: [String] {
        entries.withLock { entries in
            entries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.reason)." }
        }
    }

    /// Notes that something failed.
    ///
    /// - Parameters:
    ///   - what: a sentence without its full stop, always the same.
    ///   - subject: with what it failed; nil when there is only one of its kind.
    package func failed(_ what: String, _ error: any Error, with subject: JobID? = nil) {
        let reason = "\(error)"
        let subject = subject.map { "\($0)" } ?? ""
        let isNew = entries.withLock { entries in
            guard var entry = entries[what] else {
                entries[what] = Entry(reason: reason, subjects: [subject])
                return true
            }
            let isNew = entry.reason != reason
            entry.reason = reason
            entry.count += 1
            entry.subjects.insert(subject)
            entries[what] = entry
            return isNew
        }
        guard isNew else { return }
        var metadata: Logger.Metadata = ["error": "\(reason)"]
        if !subject.isEmpty { metadata["job"] = "\(subject)" }
        logger.error("\(what); trying again", metadata: metadata)
    }

    /// Notes that it works, or is not wanted any more.
    package func isOver(_ what: String, with subject: JobID? = nil) {
        let subject = subject.map { "\($0)" } ?? ""
        let ended = entries.withLock { entries -> Entry? in
            guard var entry = entries[what], entry.subjects.remove(subject) != nil else {
                return nil
            }
            entries[what] = entry.subjects.isEmpty ? nil : entry
            return entry.subjects.isEmpty ? entry : nil
        }
        guard let ended, ended.count > 1 else { return }
        logger.notice(
            "No longer: \(what)",
            metadata: ["times": "\(ended.count)", "error": "\(ended.reason)"])
    }
}
