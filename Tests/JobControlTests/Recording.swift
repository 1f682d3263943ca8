import ArgumentParser
import JobAPI
import Synchronization
import Testing

@testable import JobControl

/// A console that keeps what is written to it.
final class Recording: Sendable {
    private let written = Mutex<[OutputResource.Stream: [UInt8]]>([:])

    /// What verbs write to.
    var console: Console {
        Console(
            write: { stream, bytes in
                self.written.withLock { $0[stream, default: []] += bytes }
            },
            outputIsTerminal: false, errorIsTerminal: false, wantsColor: false, isUnicode: false,
            size: { Console.Size(columns: 80, rows: 24) })
    }

    /// The lines of standard output.
    var output: [String] { lines(.stdout) }
    /// The lines of standard error.
    var errors: [String] { lines(.stderr) }

    private func lines(_ stream: OutputResource.Stream) -> [String] {
        String(decoding: written.withLock { $0[stream] ?? [] }, as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }
}

/// Runs a verb as the command line would.
///
/// - Returns: What it exits with.
func run(
    _ words: [String], with daemon: ScriptedDaemon, on recording: Recording
) async throws -> Int32 {
    let command = try Jobctl.parseAsRoot(LeadingOptions.moved(daemon.options + words))
    guard let verb = command as? any Verb else { return -1 }
    do {
        return try await verb.perform(on: recording.console)
    } catch {
        let trouble = Trouble(error)
        recording.console.note(trouble.message)
        return verb.status(for: trouble)
    }
}

/// Expects of a verb that it exits so.
func expect(
    _ status: Int32, from words: [String], with daemon: ScriptedDaemon, on recording: Recording,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let result = try await run(words, with: daemon, on: recording)
    #expect(result == status, "\(words)", sourceLocation: sourceLocation)
}
