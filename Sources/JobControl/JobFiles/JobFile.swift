import JobAPI
import YAMLReading

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

/// A file of jobs to be submitted: one job, a list, or `{"jobs": […]}`, in JSON or
/// YAML.
struct JobFile {
    /// `{"jobs": […]}`, each job as it was written.
    let document: [UInt8]
    /// What the jobs are called, where they are.
    let names: [String?]
    /// Whether the file has one job and no list.
    let isSingle: Bool

    /// Reads a file; `-` is standard input.
    ///
    /// - Throws: `Trouble`, naming the file.
    static func read(_ path: String) async throws -> JobFile {
        let bytes = try await contents(path)
        do {
            return try JobFile(bytes, isJSON: path.lowercased().hasSuffix(".json"))
        } catch let trouble as Trouble {
            let name = path == "-" ? "standard input" : path
            throw Trouble(message: "\(name): \(trouble.message)", status: trouble.status)
        }
    }

    /// Takes a document apart.
    ///
    /// - Parameter isJSON: Whether it can be nothing else.
    /// - Throws: `Trouble` when it is neither JSON nor YAML, or has no jobs.
    init(_ bytes: [UInt8], isJSON: Bool) throws {
        let json = try Self.json(bytes, isJSON: isJSON)
        let jobs: [ArraySlice<UInt8>]
        switch json.first {
        case UInt8(ascii: "["):
            jobs = JSONText.elements(ofArray: json)
            isSingle = false
        case UInt8(ascii: "{"):
            let members = JSONText.members(of: json)
            if let list = members.first(where: { $0.name == "jobs" }) {
                if let other = members.first(where: { $0.name != "jobs" }) {
                    throw Trouble.usage("there is \"\(other.name)\" beside \"jobs\"")
                }
                guard list.value.first == UInt8(ascii: "[") else {
                    throw Trouble.usage("\"jobs\" must be a list of jobs")
                }
                jobs = JSONText.elements(ofArray: Array(list.value))
                isSingle = false
            } else {
                jobs = [json[...]]
                isSingle = true
            }
        default: throw Trouble.usage("it must have a job, a list of jobs, or {\"jobs\": […]}")
        }
        guard !jobs.isEmpty else { throw Trouble.usage("there are no jobs in it") }
        names = jobs.map(Self.name)
        document = JobsDocument.json(jobs.map { Array($0) })
        guard document.count <= JobSubmission.maximumBytes else {
            throw Trouble.usage("it is more than 1 MiB, which no daemon takes; divide it")
        }
    }

    /// The same problem with the names of the jobs that it concerns.
    func naming(_ problem: Problem) -> Problem {
        var problem = problem
        // The sentence has the fields without the names.
        if !problem.errors.isEmpty { problem.detail = "Not accepted" }
        for index in problem.errors.indices {
            problem.errors[index].field = naming(problem.errors[index].field)
        }
        return problem
    }

    /// `jobs[1].timeout_seconds` becomes `jobs[1].timeout_seconds of 'build'`.
    private func naming(_ field: String) -> String {
        let prefix = "jobs["
        guard field.hasPrefix(prefix), let end = field.firstIndex(of: "]"),
            let index = Int(field[field.index(field.startIndex, offsetBy: prefix.count)..<end]),
            names.indices.contains(index)
        else { return field }
        if isSingle {
            let rest = field[field.index(after: end)...].drop { $0 == "." }
            return rest.isEmpty ? field : String(rest)
        }
        return names[index].map { "\(field) of '\($0)'" } ?? field
    }

    private static func json(_ bytes: [UInt8], isJSON: Bool) throws -> [UInt8] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Trouble.usage("it is not UTF-8 text")
        }
        let trimmed = Array(JSONText.trim(bytes[...]))
        do {
            _ = try JSONDecoder().decode(Anything.self, from: Data(trimmed))
            return trimmed
        } catch DecodingError.dataCorrupted(let context) where isJSON {
            let reason = context.underlyingError.map { "\($0)" } ?? context.debugDescription
            throw Trouble.usage("it is not JSON: \(reason)")
        } catch  where !isJSON {
            do {
                return try YAMLConversion.json(text)
            } catch {
                throw Trouble.usage(DisplayText.clean("\(error)"))
            }
        }
    }

    /// Any JSON at all: whether it is well-formed is all that is asked.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private static func name(_ job: ArraySlice<UInt8>) -> String? {
        guard let name = JSONText.members(of: Array(job)).first(where: { $0.name == "name" })
        else { return nil }
        // That it is no text is for the daemon to say.
        return try? JSONDecoder().decode(String.self, from: Data(name.value))
    }

    private static func contents(_ path: String) async throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Trouble(
                message: "cannot read \(path): \(String(cString: strerror(errno)))",
                status: ExitStatus.failed)
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        let reader = try DescriptorReader(descriptor)
        var bytes: [UInt8] = []
        while bytes.count <= largestFile {
            let part = try await reader.read()
            if part.isEmpty { return bytes }
            bytes += part
        }
        throw Trouble.usage("\(path) is far more than a daemon takes at once; divide it")
    }

    /// Comments and indentation are not sent; beyond this there is more to it.
    private static let largestFile = 16 << 20
}
