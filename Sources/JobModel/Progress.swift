/// How far a job is: one reading, as an event stores it.
package struct Progress: Hashable, Sendable {
    /// Whether it tells numbers, and not only a message.
    package var isMeasured: Bool { fraction != nil || done != nil }

    /// 0…1, or nil when only counts or a message are known. It may fall when a
    /// command starts a new phase, and is never invented.
    package var fraction: Double?
    /// How many units are done, finite and not negative.
    package var done: Double?
    /// Of how many, finite and not negative.
    package var total: Double?
    /// What is counted: `bytes`, `files`, `frames`, …
    package var unit: String?
    /// What the command says it is doing.
    package var message: String?
    /// Units a second (fractions of the whole a second when nothing is counted).
    package var rate: Double?
    /// Seconds until the end, as the command says or as the rate suggests.
    package var etaSeconds: Double?
    /// What the reading was taken from.
    package var source: ProgressSource

    package init(
        fraction: Double? = nil, done: Double? = nil, total: Double? = nil, unit: String? = nil,
        message: String? = nil, rate: Double? = nil, etaSeconds: Double? = nil,
        source: ProgressSource
    ) {
        self.fraction = fraction
        self.done = done
        self.total = total
        self.unit = unit
        self.message = message
        self.rate = rate
        self.etaSeconds = etaSeconds
        self.source = source
    }
}

/// Names what a reading was taken from: `direct` (`$JOBD_PROGRESS`), `json`, a
/// general form (`percent`, `counter`), the name of the tool whose output was
/// recognised (`rsync`, `curl`, …), `files` (not what the command printed but how
/// far it has read a file), or `history` for an estimate.
package struct ProgressSource: Hashable, Sendable, RawRepresentable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// A line written to `$JOBD_PROGRESS`.
    package static let direct = ProgressSource(rawValue: "direct")
    /// A JSON line on standard output or error.
    package static let json = ProgressSource(rawValue: "json")
    /// `42%`, `42% …`
    package static let percent = ProgressSource(rawValue: "percent")
    /// `[3/10]`, `3/10`, `3 of 10`
    package static let counter = ProgressSource(rawValue: "counter")
    /// How far the command has read a file; asked for with `watch_files`.
    package static let files = ProgressSource(rawValue: "files")
    /// Nothing was read: an estimate from earlier runs. Never stored.
    package static let history = ProgressSource(rawValue: "history")
}
