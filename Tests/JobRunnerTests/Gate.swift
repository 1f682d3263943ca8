import CLinux

/// Keeps a command waiting that reads a line from it.
final class Gate: Sendable {
    let path: String
    /// Open for reading and writing, so that neither side waits for the other.
    private let fifo: Int32

    init(path: String) {
        self.path = path
        _ = linux_make_fifo(path, 0o600)
        fifo = linux_open(path, O_RDWR, 0)
    }

    deinit {
        close(fifo)
    }

    /// Lets the command go on: now, or as soon as it comes here.
    func open() {
        _ = linux_write(fifo, "\n", 1)
    }
}
