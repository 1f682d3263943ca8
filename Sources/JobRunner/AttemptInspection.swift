internal import CLinux
internal import Glibc
package import Journal

/// What has become of an attempt, as its directory tells.
package enum AttemptInspection: Hashable, Sendable {
    /// The command was never executed: the journal is missing or empty.
    ///
    /// That is certain as long as the machine has not gone down since: what the
    /// supervisor writes before the command runs is not synced, so that after a
    /// power failure a journal may be empty although it was not.
    case neverStarted
    /// The supervisor lives. Its pid is nil when it has not written it yet; it
    /// does so soon, and the journal grows.
    case running(supervisor: Int32?)
    /// It came to its end; the frame is the journal's last.
    case ended(JournalExit, frame: JournalFrame)
    /// The supervisor is gone without having said how it ended. Processes of the
    /// command may be left: see `Remnants`.
    case lost

    /// Looks at the directory.
    package static func inspect(
        _ directory: AttemptDirectory, buffer: JournalBuffer = JournalBuffer()
    ) throws(JournalError) -> AttemptInspection {
        // The lock first: if nobody holds it, what is read then is all there
        // will ever be.
        let isLocked = directory.isJournalLocked()
        if isLocked == -ENOENT { return .neverStarted }
        if isLocked < 0 { throw JournalError(operation: "open", code: -isLocked) }
        let reader = try directory.openJournal(buffer: buffer)
        let pid = try reader.supervisorPID()
        if isLocked == 1 { return .running(supervisor: pid) }
        if pid == nil { return .neverStarted }
        if let (exit, frame) = try reader.exit() { return .ended(exit, frame: frame) }
        return .lost
    }
}
