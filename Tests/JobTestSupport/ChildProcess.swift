import Foundation
package import Glibc
import Synchronization

/// A program that a test has started.
///
/// Not Foundation's `Process`: that one does not see the end of a child whose
/// own children live on, which is what jobs do when the daemon is killed.
package final class ChildProcess: Sendable {
    package let pid: pid_t
    private let status = Mutex<CInt?>(nil)

    /// What a program could not be started with.
    package struct SpawnError: Error {
        package let code: CInt
    }

    /// Starts a program with nothing to read, its output and errors going to
    /// files.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil,
        output: String = "/dev/null", errors: String = "/dev/null"
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, create, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, create, 0o600)
        pid = try Self.spawn(path, arguments, environment, &actions)
    }

    /// Starts a program that reads from a socket and writes to it.
    package init(_ path: String, _ arguments: [String], connectedTo socket: CInt) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, 0)
        posix_spawn_file_actions_adddup2(&actions, socket, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        pid = try Self.spawn(path, arguments, nil, &actions)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String: String]?,
        _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        // A proxy for the way out is not to be asked for what is on this machine.
        let environment = (environment ?? ProcessInfo.processInfo.environment)
            .filter { !$0.key.lowercased().hasSuffix("_proxy") }
        let variables = environment.map { "\($0.key)=\($0.value)" }
        // Whatever the tests were started with, or do themselves: a program finds its
        // signals as a shell would have them.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var pid = pid_t()
        let code = withCStrings([path] + arguments) { argv in
            withCStrings(variables) { envp in
                posix_spawn(&pid, path, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw SpawnError(code: code) }
        return pid
    }

    /// Sends a signal, unless the process was waited for.
    package func signal(_ number: CInt) {
        status.withLock { status in
            if status == nil { _ = kill(pid, number) }
        }
    }

    /// Waits for the end; the exit code, or 128 and the signal's number.
    @discardableResult
    package func wait() -> CInt {
        if let status = status.withLock({ $0 }) { return status }
        var raw: CInt = 0
        while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
        let code = raw & 0x7f == 0 ? raw >> 8 & 0xff : 128 + (raw & 0x7f)
        status.withLock { $0 = code }
        return code
    }

    /// Whether it still runs.
    package var isRunning: Bool {
        status.withLock { status in
            if status != nil { return false }
            var raw: CInt = 0
            guard waitpid(pid, &raw, WNOHANG) == pid else { return true }
            status = raw & 0x7f == 0 ? raw >> 8 & 0xff : 128 + (raw & 0x7f)
            return false
        }
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("never empty") }
            return body(base)
        }
    }
}
