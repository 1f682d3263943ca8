import JobModel

/// The last gate before a reading is stored: knows what has been passed on
/// already, ahead of its turn or in an earlier life.
struct Outlet: Sendable {
    /// How many times are remembered: one reading of each channel and one held
    /// can be ahead, and one stored.
    private static let limit = 8

    /// By how much, in microseconds, the wall clock, by which readings are emitted,
    /// is ahead of the attempt's, by which they come in.
    var step: Int64 = 0
    /// The newest reading passed on.
    private var shown: Progress?
    /// The times of readings that were passed on before their turn, in the
    /// order of their turns.
    private var ahead: [Timestamp] = []

    /// A gate at the beginning of an attempt of which readings up to the one
    /// made at `stored` are stored.
    init(stored: Timestamp?) {
        if let stored { ahead.append(stored) }
    }

    /// Whether the reading made at `at` was passed on before its turn.
    func isAhead(_ at: Timestamp) -> Bool {
        ahead.contains(at)
    }

    /// Passes a reading on whose turn it is.
    mutating func pass(_ reading: Reading, emit: (Progress, Timestamp) -> Void) {
        if let index = ahead.firstIndex(of: reading.at) {
            ahead.removeSubrange(...index)
            shown = reading.progress
            return
        }
        show(reading, emit: emit)
    }

    /// Passes a reading on before its turn.
    mutating func passAhead(_ reading: Reading, emit: (Progress, Timestamp) -> Void) {
        guard !isAhead(reading.at) else { return }
        if ahead.count == Self.limit { ahead.removeFirst() }
        ahead.append(reading.at)
        show(reading, emit: emit)
    }

    /// Takes note that these readings, which wait for their turn in this order,
    /// were passed on before it in an earlier life.
    mutating func recall(_ readings: ArraySlice<Reading>) {
        ahead = readings.map(\.at)
        shown = readings.last?.progress
    }

    /// Takes note that what was passed on before its turn was made at `new`.
    mutating func move(_ old: Timestamp, to new: Timestamp) {
        if let index = ahead.firstIndex(of: old) { ahead[index] = new }
    }

    private mutating func show(_ reading: Reading, emit: (Progress, Timestamp) -> Void) {
        guard !reading.progress.tellsSame(as: shown) else { return }
        shown = reading.progress
        emit(reading.progress, reading.at.adding(step))
    }
}
