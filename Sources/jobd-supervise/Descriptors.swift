import CLinux

/// The descriptors a supervisor is started with, besides 0, 1 and 2.
enum Descriptors {
    /// The journal, open for appending, with the lock that says we live.
    static let journal: Int32 = 3
    /// The FIFO that requests come from, open for reading and writing so that it
    /// never ends.
    static let control: Int32 = 4
    /// The FIFO named by $JOBD_PROGRESS, open as `control`.
    static let progress: Int32 = 5

    /// Whether all of them are there.
    static var areOpen: Bool {
        linux_is_open(journal) == 1 && linux_is_open(control) == 1 && linux_is_open(progress) == 1
    }

    /// Keeps them from the command, and reading them from blocking.
    static func closeOnExec() {
        for descriptor in [journal, control, progress] {
            _ = linux_close_on_exec(descriptor)
        }
        _ = linux_set_nonblocking(control)
        _ = linux_set_nonblocking(progress)
    }
}
