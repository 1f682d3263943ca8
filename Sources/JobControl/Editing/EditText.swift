import JobAPI
import JobClient
import YAMLReading
import Yams

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What can be changed about a job, as a text for an editor.
struct EditText {
    let job: JobResource

    /// YAML with a word about each member.
    var text: String {
        var lines = [
            "# Job \(job.id), \(JobText.title(job)). What you change is sent when you leave the",
            "# editor; a line that you take out changes nothing.",
            "",
            "# The higher, the sooner it starts.",
            "priority: \(job.priority)",
            "",
            "queue: \(Self.scalar(job.queue))",
            "",
            "# +2h, 22:30, 2026-11-22 22:30, or RFC 3339; nothing for as soon as possible.",
            "not_before:\(job.notBefore.map { " " + Self.text($0) } ?? "")",
            "",
            "# All of them: what you take out is removed.",
        ]
        if job.labels.isEmpty {
            lines.append("labels: {}")
        } else {
            lines.append("labels:")
            for (name, value) in job.labels.sorted(by: { $0.key < $1.key }) {
                lines.append("  \(Self.scalar(name)): \(Self.scalar(value))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What an edited text asks for.
    ///
    /// - Throws: `Trouble`, saying what is wrong with it.
    func update(from edited: String, now: Date) throws -> JobUpdate {
        var update = JobUpdate()
        let documents: [Node]
        do {
            documents = try YAMLConversion.nodes(edited)
        } catch {
            throw Trouble(error)
        }
        guard documents.count <= 1 else { throw Trouble.usage("there are two documents") }
        // Nothing but comments.
        guard let document = documents.first, !Self.isNull(document) else { return update }
        guard case .mapping(let members) = document else {
            throw Trouble.usage("there must be lines of the form 'name: value'")
        }
        for (key, value) in members {
            switch key.scalar?.string {
            case "priority"?: update.priority = try priority(value)
            case "queue"?:
                let queue = try Self.text(of: value, "queue")
                if queue != job.queue { update.queue = queue }
            case "not_before"?: update.start = try start(value, now: now)
            case "labels"?:
                let labels = try Self.labels(value)
                if labels != job.labels { update.labels = labels }
            case let other:
                throw Trouble.usage(
                    "\(YAMLConversion.place(key))'\(other ?? "?")' cannot be changed; there are "
                        + "priority, queue, not_before and labels")
            }
        }
        return update
    }

    private func priority(_ node: Node) throws -> Int? {
        guard let text = node.scalar?.string, let priority = Int(text) else {
            throw Trouble.usage("\(YAMLConversion.place(node))priority must be a whole number")
        }
        return priority == job.priority ? nil : priority
    }

    private func start(_ node: Node, now: Date) throws -> JobUpdate.Start? {
        if Self.isNull(node) { return job.notBefore == nil ? nil : .anyTime }
        let text = try Self.text(of: node, "not_before")
        // The text is in whole seconds; the job may be more exact.
        if text == job.notBefore.map(Self.text) { return nil }
        guard let time = TimeArgument(argument: text) else {
            throw Trouble.usage(
                "\(YAMLConversion.place(node))not_before must be +2h, 22:30, 2026-11-22 22:30 or "
                    + "an RFC 3339 time, not '\(text)'")
        }
        return .notBefore(try time.date(now: now))
    }

    /// Labels are text, whatever else they look like.
    private static func labels(_ node: Node) throws -> [String: String] {
        if isNull(node) { return [:] }
        guard case .mapping(let members) = node else {
            throw Trouble.usage("\(YAMLConversion.place(node))labels must be 'name: value' each")
        }
        var labels: [String: String] = [:]
        for (key, value) in members {
            labels[try text(of: key, "a label's name")] = try text(of: value, "a label")
        }
        return labels
    }

    private static func text(of node: Node, _ what: String) throws -> String {
        guard case .scalar(let scalar) = node else {
            throw Trouble.usage("\(YAMLConversion.place(node))\(what) must be text")
        }
        return scalar.string
    }

    private static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private static func text(_ time: Date) -> String { TimeText.local(time) }

    /// The text as YAML reads it back: without quotes where it needs none. All of
    /// JSON's strings are YAML's, too.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            text.first.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "/") }
            ?? false
        let hasPlainMarks = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_./@+-".utf8.contains(byte)
            }
        }
        return isPlain && hasPlainMarks && text != "null" ? text : JSONText.string(text)
    }
}
