import Dispatch
import JobAPI
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The terminal as a full screen with keys in place of lines. Whoever enters it
/// leaves it again, on every way out.
final class ListScreenTerminal: Sendable {
    /// What a terminal, or the shell that owns it, tells beside keys.
    enum Notice: Sendable {
        /// It has another size now.
        case resized
        /// The user wants the shell for a while (Ctrl-Z).
        case suspended
        /// The user is back.
        case continued
        /// The user has had enough (Ctrl-\): the number of the signal.
        case stopped(Int32)
    }

    private let console: Console
    /// What keys are read from: standard input, or when that is no terminal, the
    /// terminal itself; nil when there is none.
    private let keyboard: Int32?
    private let saved = Mutex<termios?>(nil)

    init(console: Console) {
        self.console = console
        if isatty(STDIN_FILENO) == 1 {
            keyboard = STDIN_FILENO
        } else {
            let descriptor = open("/dev/tty", O_RDONLY | O_CLOEXEC)
            keyboard = descriptor >= 0 ? descriptor : nil
        }
    }

    deinit {
        if let keyboard, keyboard != STDIN_FILENO { close(keyboard) }
    }

    /// Takes over the screen and the keyboard.
    func enter() throws {
        if let keyboard {
            saved.withLock { saved in
                var mode = termios()
                guard tcgetattr(keyboard, &mode) == 0 else { return }
                // Entering twice, after a stop that could not be seen coming, must
                // not take our own mode for the user's.
                if saved == nil { saved = mode }
                // termios(3): keys at once and not shown; signals stay.
                mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
                tcsetattr(keyboard, TCSADRAIN, &mode)
            }
        }
        try console.write(.stdout, Array(ListScreenPainter.entering.utf8))
    }

    /// Gives screen and keyboard back. A terminal that is gone needs nothing back.
    func leave() {
        try? console.write(.stdout, Array(ListScreenPainter.leaving.utf8))
        guard let keyboard else { return }
        saved.withLock { saved in
            // Flushing: keys pressed here are not meant for the shell.
            if var mode = saved { tcsetattr(keyboard, TCSAFLUSH, &mode) }
            saved = nil
        }
    }

    /// Stops the process as Ctrl-Z would have; returns when it goes on.
    func stop() {
        // A signal that has a Dispatch source is ignored otherwise.
        signal(SIGTSTP, SIG_DFL)
        // raise(3) is about the calling thread, and Dispatch's block most signals.
        var set = sigset_t()
        var before = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTSTP)
        pthread_sigmask(SIG_UNBLOCK, &set, &before)
        raise(SIGTSTP)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        signal(SIGTSTP, SIG_IGN)
    }

    /// The bytes of the keys that are pressed. Ends when the terminal is gone.
    func keys() -> AsyncStream<[UInt8]> {
        guard let keyboard else { return AsyncStream { _ in } }
        return AsyncStream { continuation in
            // Sources may be used from any thread: dispatch_source_cancel(3).
            nonisolated(unsafe) let source = DispatchSource.makeReadSource(
                fileDescriptor: keyboard, queue: .global())
            source.setEventHandler {
                var buffer = [UInt8](repeating: 0, count: 256)
                let count = read(keyboard, &buffer, buffer.count)
                if count > 0 {
                    continuation.yield(Array(buffer[..<count]))
                } else if count == 0 || errno != EINTR && errno != EAGAIN {
                    continuation.finish()
                }
            }
            continuation.onTermination = { _ in source.cancel() }
            source.activate()
        }
    }

    /// What the terminal tells beside keys, for as long as somebody iterates.
    func notices() -> AsyncStream<Notice> {
        AsyncStream { continuation in
            let notices: [(Int32, Notice)] = [
                (SIGWINCH, .resized), (SIGTSTP, .suspended), (SIGCONT, .continued),
                (SIGQUIT, .stopped(SIGQUIT)),
            ]
            // Made here and cancelled once, when nobody iterates any more; in between
            // nothing touches them.
            nonisolated(unsafe) let sources = notices.map { number, notice in
                // A Dispatch source sees a signal only beside its disposition.
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(notice) }
                source.activate()
                return source
            }
            continuation.onTermination = { _ in
                for source in sources { source.cancel() }
                for (number, _) in notices { signal(number, SIG_DFL) }
            }
        }
    }
}
