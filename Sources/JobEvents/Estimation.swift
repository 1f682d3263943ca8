import Dispatch
import JobModel

/// What the readers of one ring are told between events while their job tells
/// nothing itself, and when.
struct Estimation {
    /// Nil while there is none.
    private(set) var estimate: Estimate?
    /// When there is something to say next; nil when nothing changes by itself.
    private(set) var due: DispatchTime?
    /// The step that was told last, if no event has come since.
    private var shown: Int64?
    private var spokenAt: DispatchTime?

    /// There is none any more.
    mutating func end() {
        estimate = nil
        due = nil
    }

    /// Takes the estimate after an event, about which there is something to say as
    /// soon as it may be said.
    ///
    /// - Parameter interval: between two words.
    mutating func begin(
        _ estimate: Estimate, at moment: DispatchTime, interval: DispatchTimeInterval
    ) {
        self.estimate = estimate
        shown = nil
        due = spokenAt.map { max(moment, $0 + interval) } ?? moment
    }

    /// What is to be said at this moment; nil when that is nothing new.
    ///
    /// - Parameters:
    ///   - now: the same moment by the clock that stamps the events.
    ///   - interval: between two words.
    mutating func speak(
        at moment: DispatchTime, _ now: Timestamp, interval: DispatchTimeInterval
    ) -> (reading: StampedProgress, attempt: AttemptID)? {
        guard let estimate, let due, due <= moment else { return nil }
        self.due = estimate.nextChange(after: now).map { change in
            // By then somebody may have set the clock: it is looked at every hour.
            max(moment + interval, moment + .microseconds(Int(min(change, 3_600_000_000))))
        }
        // The two clocks may go differently: then it is not yet time.
        let step = estimate.step(at: now)
        if step == shown { return nil }
        shown = step
        spokenAt = moment
        return (estimate.reading(at: now), estimate.attempt)
    }
}
