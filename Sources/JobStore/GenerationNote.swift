// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Glibc
import Synchronization

/// What the state directory has seen of its database, noted beside it: which one it
/// is, and how many ids it has given. A database that is missing, another one or an
/// older copy is told by it.
///
/// It is written after each commit and never before, without a sync: what a power cut
/// leaves of it may be behind the database, but not before it.
final class GenerationNote: Sendable {
    /// What is noted.
    struct Sighting: Hashable, Sendable {
        /// The database's own name for itself, 32 hexadecimal digits.
        var identity: String
        /// The newest ids it has given.
        var newest: NewestIDs
    }

    private struct State {
        let descriptor: Int32
        var sighting: Sighting
    }

    private let state: Mutex<State>

    /// Begins to note at `path`.
    ///
    /// - Throws: `POSIXFailure` when the file cannot be opened.
    init(path: String, _ sighting: Sighting) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXFailure(path: path, code: errno) }
        state = Mutex(State(descriptor: descriptor, sighting: sighting))
        // A full disk has no room for a new file; it is tried again with each commit.
        Self.write(sighting, to: descriptor)
    }

    deinit {
        state.withLock { _ = close($0.descriptor) }
    }

    /// Notes that more ids have been given.
    func advance(to newest: NewestIDs) {
        state.withLock { state in
            guard newest != state.sighting.newest else { return }
            state.sighting.newest = newest
            Self.write(state.sighting, to: state.descriptor)
        }
    }

    /// One write of always the same length, within one page: it is there or not.
    private static func write(_ sighting: Sighting, to descriptor: Int32) {
        let text = Array(text(sighting).utf8)
        // What is lost by a failure is a note: the next commit makes it.
        _ = pwrite(descriptor, text, text.count, 0)
    }

    private static func text(_ sighting: Sighting) -> String {
        """
        \(header)
        identity \(sighting.identity)
        jobs \(padded(sighting.newest.job))
        events \(padded(sighting.newest.event))

        """
    }

    private static func padded(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(19 - digits.count, 0)) + digits
    }

    private static let header = "jobd generation 1"

    /// What is noted at `path`; nil when nothing is, or nothing that can be read.
    static func read(path: String) -> Sighting? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        guard lines.count == 4, lines[0] == header,
            let identity = value(lines[1], of: "identity"), identity.count == 32,
            let job = value(lines[2], of: "jobs").flatMap({ Int64($0) }), job >= 0,
            let event = value(lines[3], of: "events").flatMap({ Int64($0) }), event >= 0
        else { return nil }
        return Sighting(identity: identity, newest: NewestIDs(job: job, event: event))
    }

    private static func value(_ line: Substring, of name: String) -> String? {
        line.hasPrefix("\(name) ") ? String(line.dropFirst(name.count + 1)) : nil
    }
}

/// The newest ids that a database has given, 0 where it has given none
/// (sqlite.org/autoinc.html: they are kept when their rows are gone).
struct NewestIDs: Hashable, Sendable {
    var job: Int64 = 0
    var event: Int64 = 0
}

/// A file that could not be opened.
struct POSIXFailure: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "\(path): \(String(cString: strerror(code)))" }
}
