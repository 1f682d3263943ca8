package import JobModel

/// A path that an answer leads its reader to. It is written with what a proxy serves
/// the API under, and there is no other way to write it.
package struct Link: Sendable {
    /// What all links begin with: nothing, or the path that a proxy serves the API
    /// under (`/jobd`). Set for the time in which an answer is written, its body
    /// included.
    @TaskLocal package static var base = ""

    private let path: String

    private init(_ path: String) { self.path = path }

    /// As it is sent.
    package var text: String { Self.base + path }

    /// A job.
    package static func job(_ id: JobID) -> Link { Link("/jobs/\(id)") }

    /// The events of a job.
    package static func progress(of id: JobID) -> Link { Link("/jobs/\(id)/progress") }

    /// What a job wrote, or one of its attempts.
    package static func output(of id: JobID, attempt: Int? = nil) -> Link {
        Link("/jobs/\(id)/output" + (attempt.map { "?attempt=\($0)" } ?? ""))
    }

    /// A page of jobs.
    ///
    /// - Parameter query: names and values, not escaped.
    package static func jobs(_ query: [(name: String, value: String)]) -> Link {
        let parts = query.map { "\(escaped($0.name))=\(escaped($0.value))" }
        return Link("/jobs?" + parts.joined(separator: "&"))
    }

    /// A queue.
    package static func queue(_ name: String) -> Link { Link("/queues/\(escaped(name))") }

    /// A token, by its name.
    package static func token(_ name: String) -> Link { Link("/tokens/\(escaped(name))") }

    /// As it may stand anywhere in a URL (RFC 3986 §2.3: only unreserved characters).
    private static func escaped(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let scalar = UnicodeScalar(byte)
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~":
                encoded.unicodeScalars.append(scalar)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}

extension JSONWriter {
    /// A member that leads somewhere.
    package mutating func member(_ name: StaticString, _ link: Link?) {
        key(name)
        if let link { value(link.text) } else { null() }
    }
}
