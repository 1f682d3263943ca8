import Logging
import Synchronization

/// What was logged, a text for each record.
final class LogRecords: Sendable {
    private let records = Mutex<[String]>([])

    var all: [String] { records.withLock { $0 } }

    func append(_ record: String) {
        records.withLock { $0.append(record) }
    }
}

/// Keeps what is logged: the level, the message, and the metadata by name.
struct RecordingLogHandler: LogHandler {
    private let records: LogRecords
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(_ records: LogRecords) {
        self.records = records
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let words = metadata.merging(event.metadata ?? [:]) { $1 }
            .sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        records.append(
            "\(event.level) \(event.message): \(words.joined(separator: " "))")
    }
}
