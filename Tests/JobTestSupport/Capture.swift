package import Foundation

/// A recording of what a real tool printed (`Tests/Captures`), made by
/// `capture.py`, with the readings it is expected to give beside it.
package struct Capture: CustomStringConvertible, Sendable {
    /// One read: what the tool had written.
    package struct Read: Sendable {
        /// Microseconds since the tool was started.
        package var time: Int64
        /// Whether it was written to standard error; a terminal has but one
        /// stream.
        package var isError: Bool
        package var text: String
    }

    /// A file that is no recording.
    package struct FormatError: Error, CustomStringConvertible {
        package var description: String
    }

    /// The folder of all recordings.
    package static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Captures")

    /// The file's path below the folder, without its extension: `rsync/progress2`.
    package let name: String
    /// What was run.
    package let command: String
    /// Which version of the tool it was, and how its output was taken.
    package let title: String
    /// Whether it wrote to a terminal.
    package let isTerminal: Bool
    package let reads: [Read]

    package var description: String { name }

    /// All recordings, by name.
    package static let all: [Capture] = {
        var captures: [Capture] = []
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() where file.pathExtension == "cast" {
            do {
                captures.append(try Capture(file))
            } catch {
                fatalError("\(file.path): \(error)")
            }
        }
        return captures.sorted { $0.name < $1.name }
    }()

    private init(_ file: URL) throws {
        let prefix = Self.folder.standardizedFileURL.path + "/"
        name = String(
            file.deletingPathExtension().standardizedFileURL.path.dropFirst(prefix.count))
        let lines = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n").map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
        guard let header = lines.first as? [String: Any],
            let command = header["command"] as? String, let title = header["title"] as? String
        else { throw FormatError(description: "The header lacks command or title.") }
        self.command = command
        self.title = title
        isTerminal = title.hasSuffix(", under a terminal")
        reads = try lines.dropFirst().map { line in
            guard let line = line as? [Any], line.count == 3, let seconds = line[0] as? Double,
                let stream = line[1] as? String, let text = line[2] as? String
            else { throw FormatError(description: "A line is not [seconds, stream, text].") }
            return Read(
                time: Int64((seconds * 1_000_000).rounded()), isError: stream == "e", text: text)
        }
    }

    /// Where the expected readings stand, one JSON object a line.
    package var expectationFile: URL {
        Self.folder.appending(path: name + ".progress")
    }

    /// The expected readings, one JSON object each.
    package var expected: [String] {
        get throws {
            try String(contentsOf: expectationFile, encoding: .utf8)
                .split(separator: "\n").map(String.init)
        }
    }
}
