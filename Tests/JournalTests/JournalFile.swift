import CLinux
import Glibc
import Journal

/// A journal written by the tests, byte for byte as a supervisor does.
final class JournalFile {
    let path: String
    private(set) var bytes: [UInt8] = []
    private(set) var records: [JournalRecord] = []
    private var time: UInt64 = 10_000_000_000
    /// By how much the wall clock is ahead of the attempt's, in microseconds.
    var step: Int64 = 0

    init() throws {
        var template = Array("/tmp/journal-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        if descriptor < 0 { throw JournalError(operation: "make", code: errno) }
        close(descriptor)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        unlink(path)
    }

    /// The position after the last frame.
    var position: UInt64 { records.last?.frame.endPosition ?? 0 }

    /// Adds a frame; `save` puts it into the file.
    @discardableResult
    func add(_ kind: JournalKind, _ payload: [UInt8]) -> JournalFrame {
        time += 7
        let header = journal_header(
            magic: UInt32(JOURNAL_MAGIC),
            kind_and_length: kind.rawValue << 24 | UInt32(payload.count),
            wall_us: UInt64(Int64(time) + step), time_us: time, position: position)
        let frame = JournalFrame(
            kind: kind, time: Int64(time), wall: Int64(time) + step, position: position,
            offset: UInt64(bytes.count), length: payload.count)
        withUnsafeBytes(of: header) { bytes += $0 }
        bytes += payload
        withUnsafeBytes(of: UInt32(payload.count)) { bytes += $0 }
        records.append(JournalRecord(frame: frame, payload: payload))
        return frame
    }

    @discardableResult
    func add(_ kind: JournalKind, _ text: String) -> JournalFrame {
        add(kind, Array(text.utf8))
    }

    @discardableResult
    func addStart(pid: Int32 = 4711) -> JournalFrame {
        add(
            .start, withUnsafeBytes(of: journal_start(supervisor_pid: pid, reserved: 0), Array.init)
        )
    }

    @discardableResult
    func addExit(_ record: journal_exit) -> JournalFrame {
        add(.exit, withUnsafeBytes(of: record, Array.init))
    }

    /// Writes `content`, or all that was added, to the file, in place of what was
    /// there.
    func save(_ content: [UInt8]? = nil) throws {
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        defer { close(descriptor) }
        let content = content ?? bytes
        guard
            content.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) })
                == content.count
        else { throw JournalError(operation: "write", code: errno) }
    }
}
