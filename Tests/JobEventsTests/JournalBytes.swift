import Foundation
import JobModel

/// A journal, byte for byte as a supervisor writes it: `journal_frame.h`.
final class JournalBytes {
    private let path: String
    private(set) var bytes: [UInt8] = []
    private var position: UInt64 = 0
    private var time: UInt64 = 1_795_335_330_000_000

    init(_ attempt: AttemptID, in layout: StateDirectory) throws {
        path = layout.journal(attempt)
        try FileManager.default.createDirectory(
            atPath: layout.attempt(attempt), withIntermediateDirectories: true)
    }

    /// Where the next frame begins.
    var end: UInt64 { UInt64(bytes.count) }

    /// Kind 2 is standard output, 3 standard error, 4 progress, 5 the exit.
    func add(_ kind: UInt32, _ text: String) {
        let payload = Array(text.utf8)
        time += 1
        func put(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number) { bytes += $0 }
        }
        put(0x014a_424a as UInt32)
        put(kind)
        put(time)
        put(position)
        put(UInt32(payload.count))
        put(0 as UInt32)
        bytes += payload
        put(UInt32(payload.count))
        if kind == 2 || kind == 3 { position += UInt64(payload.count) }
    }

    /// Puts so many bytes more of what was added into the file; all if nil.
    func save(_ count: Int? = nil) throws {
        if !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(filePath: path))
        }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        defer { file.closeFile() }
        let size = Int(try file.seekToEnd())
        let next = count.map { min(size + $0, bytes.count) } ?? bytes.count
        try file.write(contentsOf: Data(bytes[size..<next]))
    }
}
