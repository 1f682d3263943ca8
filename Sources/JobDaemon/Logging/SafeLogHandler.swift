import Logging

/// Writes the log to standard error, a line for each record whatever is in it.
///
/// Names, paths and messages come from outside. Without this they could end a line
/// and forge the next one, pass for another value of the same line, or send
/// sequences to the terminal on which somebody reads the log.
struct SafeLogHandler: LogHandler {
    private var handler: StreamLogHandler

    init(label: String, level: Logger.Level) {
        handler = .standardError(label: label)
        handler.logLevel = level
    }

    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    /// What every record carries; safe already when it is read.
    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = Self.safe(newValue) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue.map { .string(LogText.value($0.description)) } }
    }

    func log(event: LogEvent) {
        var event = event
        var metadata = event.metadata ?? [:]
        // The handler would add it as it is.
        if let error = event.error {
            metadata["error"] = "\(error)"
            event.error = nil
        }
        event.message = "\(LogText.sentence(event.message.description))"
        event.metadata = Self.safe(metadata)
        handler.log(event: event)
    }

    private static func safe(_ metadata: Logger.Metadata) -> Logger.Metadata {
        // Keys are ours: they are literals.
        metadata.mapValues { .string(LogText.value($0.description)) }
    }
}
