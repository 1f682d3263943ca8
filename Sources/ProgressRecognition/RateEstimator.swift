import JobModel

/// How fast a job goes and how long it still takes, where its output does not
/// say: the slope between the newest reading and the oldest of the last 20
/// seconds, or of the last five readings where those reach further back.
///
/// It begins anew when the work does: when the count or (by more than a
/// twentieth, as totals may grow) the fraction falls, or when something else is
/// counted. Everything follows from the readings and their times.
struct RateEstimator: Sendable {
    private struct Point {
        var at: Timestamp
        var fraction: Double?
        var done: Double?
    }

    /// How far back readings count, in microseconds.
    private static let window: Int64 = 20_000_000
    /// How many readings count however old they are.
    private static let fewest = 5
    /// Readings closer together than this, in microseconds, are kept as one, so
    /// that the window holds a bounded number.
    private static let spacing: Int64 = 200_000
    /// Below this distance, in microseconds, a slope is noise.
    private static let shortest: Int64 = 250_000
    /// A longer time left than a year is no estimate.
    private static let longestSeconds = 365.0 * 86_400

    private var points: [Point] = []
    private var unit: String?
    private var source: ProgressSource?

    /// `seconds` if it can be shown to anyone: finite, not negative, at most a
    /// year.
    static func sensible(seconds: Double?) -> Double? {
        seconds.flatMap { $0.isFinite && $0 >= 0 && $0 <= longestSeconds ? $0 : nil }
    }

    /// Takes a reading in and gives it with `rate` and `etaSeconds` filled in
    /// where it has none and they can be told.
    mutating func complete(_ reading: Progress, at: Timestamp) -> Progress {
        add(reading, at: at)
        var completed = reading
        let fractions = slope { $0.fraction }
        let counts = slope { $0.done }
        if completed.rate == nil {
            completed.rate = (reading.done == nil ? fractions : counts).flatMap(Self.rounded)
        }
        if completed.etaSeconds == nil {
            completed.etaSeconds = Self.timeLeft(
                reading, rate: reading.rate ?? counts, fractions: fractions)
        }
        return completed
    }

    private static func timeLeft(
        _ reading: Progress, rate: Double?, fractions: Double?
    ) -> Double? {
        var seconds: Double?
        if let done = reading.done, let total = reading.total, total > 0 {
            if let rate, rate > 0 { seconds = max(total - done, 0) / rate }
        } else if let fraction = reading.fraction, let fractions {
            seconds = (1 - fraction) / fractions
        }
        // Tenths are as much as an estimate can claim. (`rounded()` would need
        // the mathematics library.)
        return sensible(seconds: seconds).map { Double(Int64($0 * 10 + 0.5)) / 10 }
    }

    private mutating func add(_ reading: Progress, at: Timestamp) {
        if begins(reading, at: at) {
            points.removeAll(keepingCapacity: true)
            unit = reading.unit
            source = reading.source
        }
        guard reading.fraction != nil || reading.done != nil else { return }
        let point = Point(at: at, fraction: reading.fraction, done: reading.done)
        if points.count >= 2, at.since(points[points.count - 2].at) < Self.spacing {
            points[points.count - 1] = point
        } else {
            points.append(point)
        }
        while points.count > Self.fewest, at.since(points[0].at) > Self.window {
            points.removeFirst()
        }
    }

    /// Whether `reading` does not continue the points there are.
    private func begins(_ reading: Progress, at: Timestamp) -> Bool {
        guard let last = points.last else { return true }
        guard at >= last.at, reading.unit == unit, reading.source == source,
            (reading.done == nil) == (last.done == nil),
            (reading.fraction == nil) == (last.fraction == nil)
        else { return true }
        if let done = reading.done, let before = last.done, done < before { return true }
        if let fraction = reading.fraction, let before = last.fraction {
            return fraction < before - (reading.done == nil ? 0 : 0.05)
        }
        return false
    }

    /// The rise of a value over the window, per second; nil unless it rose.
    private func slope(of value: (Point) -> Double?) -> Double? {
        guard let first = points.first, let last = points.last,
            last.at.since(first.at) >= Self.shortest,
            let start = value(first), let end = value(last)
        else { return nil }
        let rate = (end - start) / (Double(last.at.since(first.at)) / 1_000_000)
        return rate.isFinite && rate > 0 ? rate : nil
    }

    /// `rate` to four significant digits.
    private static func rounded(_ rate: Double) -> Double? {
        guard rate < 1e15 else { return rate }
        var factor = 1.0
        while rate * factor < 1000, factor < 1e12 { factor *= 10 }
        let rounded = Double(Int64(rate * factor + 0.5)) / factor
        return rounded > 0 ? rounded : nil
    }
}
