import JobAPI
import JobEvents
import JobModel
import Journal

/// Writes output as Server-Sent Events, whose ids are places in the journal.
struct OutputEncoding {
    /// The attempt whose output it is.
    var attempt: Int

    /// The events of what was written.
    func encode(_ records: [JournalRecord], _ cutter: OutputCutter) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in records {
            let payload = cutter.cut(record)
            if payload.isEmpty { continue }
            var json = JSONWriter(capacity: payload.count + 96)
            json.output(
                payload, isError: record.frame.kind == .stderr,
                at: Timestamp(microseconds: record.frame.wall))
            let position = OutputPosition(attempt: attempt, offset: record.frame.end)
            append("output", position, json, to: &bytes)
        }
        return bytes
    }

    /// That what was written from a place on cannot be read.
    func damage(_ position: OutputPosition) -> [UInt8] {
        var bytes: [UInt8] = []
        var json = JSONWriter()
        json.object {
            $0.member("attempt", position.attempt)
            $0.member(
                "message",
                "The output of attempt \(position.attempt) is damaged from here on; nothing of "
                    + "the rest can be read.")
        }
        append("damage", position, json, to: &bytes)
        return bytes
    }

    /// The last event.
    func end(_ job: Job, _ position: OutputPosition) -> [UInt8] {
        var bytes: [UInt8] = []
        var json = JSONWriter()
        json.outputEnd(job)
        append("end", position, json, to: &bytes)
        return bytes
    }

    private func append(
        _ event: String, _ position: OutputPosition, _ json: JSONWriter, to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: "id: \(position)\nevent: \(event)\ndata: ".utf8)
        bytes.append(contentsOf: json.bytes)
        bytes.append(contentsOf: "\n\n".utf8)
    }
}
