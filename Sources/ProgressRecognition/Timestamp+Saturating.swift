import JobModel

// A journal can hold any times, if only because clocks are set; no sum of them
// may trap.
extension Timestamp {
    /// The microseconds from `earlier` to this moment, at most what fits.
    func since(_ earlier: Timestamp) -> Int64 {
        let (distance, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        guard overflow else { return distance }
        return microseconds < earlier.microseconds ? .min : .max
    }

    /// The moment `distance` microseconds later, at most the last there is.
    func adding(_ distance: Int64) -> Timestamp {
        let (sum, overflow) = microseconds.addingReportingOverflow(distance)
        guard overflow else { return Timestamp(microseconds: sum) }
        return Timestamp(microseconds: distance < 0 ? .min : .max)
    }
}
