import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One `jobctl edit` in an editor: what is refused is offered again, and nothing
/// that was written is lost.
struct EditSession {
    let client: Client
    let editor: Editor
    let job: JobResource
    /// Where the text is put: an existing directory.
    let directory: String

    /// Edits the job.
    ///
    /// - Returns: The job as it then is; nil when nothing was changed.
    /// - Throws: `Trouble`, naming the file that has the text, when it was refused
    ///   and then left as it was, or cannot be sent.
    func run() async throws -> Received<JobResource>? {
        let original = EditText(job: job)
        let path = try file()
        var offered = original.text
        var refused: String?
        while true {
            try write(offered, to: path)
            do {
                try await editor.edit(path)
            } catch let trouble as Trouble {
                throw keeping(path, after: trouble, ifOtherThan: offered)
            }
            let edited = Self.withoutRemarks(try read(path))
            do {
                let update = try original.update(from: edited, now: Date())
                if update.isEmpty {
                    unlink(path)
                    return nil
                }
                let job = try await client.update(job.id, update)
                unlink(path)
                return job
            } catch {
                let trouble = Trouble(error)
                guard Self.isCorrectable(error), edited != refused else {
                    throw keeping(path, after: trouble, ifOtherThan: original.text)
                }
                refused = edited
                offered = Self.remark(trouble.message) + edited
            }
        }
    }

    /// Whether another text may be accepted.
    private static func isCorrectable(_ error: any Error) -> Bool {
        switch error {
        case is Trouble: true
        case ClientError.problem(let problem): problem.status == 400 || problem.status == 422
        default: false
        }
    }

    private static let mark = "#! "

    private static func remark(_ message: String) -> String {
        "\(mark)Not accepted: \(DisplayText.clean(message))\n"
            + "\(mark)Leave the text as it is to give up.\n"
    }

    private static func withoutRemarks(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix(mark) }.joined(separator: "\n")
    }

    /// The trouble, and where the text is, unless there is nothing of the user's
    /// own in it.
    private func keeping(_ path: String, after trouble: Trouble, ifOtherThan text: String)
        -> Trouble
    {
        // An unreadable file has nothing to be kept either.
        if let edited = try? read(path), edited != text {
            return Trouble(
                message: "\(Trouble.clause(trouble.message)); your text is in \(path)",
                status: trouble.status)
        }
        unlink(path)
        return trouble
    }

    private func file() throws -> String {
        // mkstemps(3) makes it readable by its owner only.
        var template = Array("\(directory)/jobctl-\(job.id)-XXXXXX.yaml".utf8CString)
        let descriptor = mkstemps(&template, Int32(".yaml".utf8.count))
        guard descriptor >= 0 else { throw trouble("make a file in", directory) }
        close(descriptor)
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw trouble("write", path) }
        let count = fputs(text, file)
        guard fclose(file) == 0, count >= 0 else { throw trouble("write", path) }
    }

    private func read(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Trouble(
                message: "cannot read \(path) as UTF-8 text", status: ExitStatus.failed)
        }
    }

    private func trouble(_ what: String, _ path: String) -> Trouble {
        Trouble(
            message: "cannot \(what) \(path): \(String(cString: strerror(errno)))",
            status: ExitStatus.failed)
    }
}
