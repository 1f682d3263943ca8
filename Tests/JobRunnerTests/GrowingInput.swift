import Foundation
import JobRunner
import Testing

/// An attempt's open input, as the daemon keeps it.
final class GrowingInput {
    let path: String
    private let directory: AttemptDirectory
    private(set) var size: UInt64 = 0

    init(_ directory: AttemptDirectory, path: String) {
        self.directory = directory
        self.path = path
    }

    /// Adds to the file, of which the supervisor knows nothing yet.
    func append(_ bytes: some Sequence<UInt8>) throws {
        if !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(fileURLWithPath: path))
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }  // What was written is there.
        try file.seekToEnd()
        let data = Data(bytes)
        try file.write(contentsOf: data)
        size += UInt64(data.count)
    }

    func append(_ text: String) throws {
        try append(text.utf8)
    }

    /// Tells the supervisor how much there is: all that was appended, or `size`.
    func send(size: UInt64? = nil, isEnd: Bool = false) throws {
        #expect(
            try AttemptControl.input(directory, size: size ?? self.size, isEnd: isEnd) == .sent)
    }

    /// Adds to the file, and tells the supervisor.
    func give(_ text: String, isEnd: Bool = false) throws {
        try append(text)
        try send(isEnd: isEnd)
    }
}
