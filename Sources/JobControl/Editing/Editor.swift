import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The user's editor.
struct Editor: Sendable {
    /// A line for the shell, to which the file is added, as git(1) has it.
    let command: String

    /// The one that the environment names, by environ(7), else vi.
    init(environment: [String: String]) {
        let names = ["VISUAL", "EDITOR"].compactMap { environment[$0] }
        command = names.first { !$0.isEmpty } ?? "vi"
    }

    /// Lets the user edit a file, until the editor ends.
    ///
    /// - Throws: `Trouble` when there is no such editor, or it failed.
    func edit(_ path: String) async throws {
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            // Until it ends, which may take the user a day.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try run(path) })
            }
        }
        guard status != 0 else { return }
        let what =
            status == Int32(ExitStatus.commandNotFound) << 8
            ? "there is no '\(command)'; name an editor in $EDITOR" : "'\(command)' failed"
        throw Trouble(message: what, status: ExitStatus.failed)
    }

    /// - Returns: A status as of waitpid(2).
    private func run(_ path: String) throws -> Int32 {
        // What is typed there is for the editor, Ctrl-C as well.
        let interrupt = signal(SIGINT, SIG_IGN)
        let quit = signal(SIGQUIT, SIG_IGN)
        defer {
            signal(SIGINT, interrupt)
            signal(SIGQUIT, quit)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var usual = sigset_t()
        sigemptyset(&usual)
        sigaddset(&usual, SIGINT)
        sigaddset(&usual, SIGQUIT)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let words = ["sh", "-c", "\(command) \"$1\"", "sh", path]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        let code = posix_spawn(&pid, "/bin/sh", nil, &attributes, &arguments, environ)
        guard code == 0 else {
            throw Trouble(
                message: "cannot start '\(command)': \(String(cString: strerror(code)))",
                status: ExitStatus.failed)
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        return status
    }
}
