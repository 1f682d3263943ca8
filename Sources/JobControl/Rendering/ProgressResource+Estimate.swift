import JobAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension ProgressResource {
    /// Whether nothing was measured: it was made from the time that earlier runs
    /// took.
    var isEstimate: Bool { source == "history" }

    /// `42%`; `~` marks what is an estimate. Nil when no fraction is known.
    var percent: String? {
        fraction.map { (isEstimate ? "~" : "") + Quantity.percent($0) }
    }

    /// An estimate as it is later: it goes on by itself, as the daemon's would.
    ///
    /// - Parameter now: Seconds since 1970. Clocks that differ by more than a minute
    ///   are better not compared.
    func advanced(to now: Double) -> ProgressResource {
        guard isEstimate, let fraction, fraction < 1, let eta = etaSeconds, eta > 0,
            let made = time?.timeIntervalSince1970, case let elapsed = now - made,
            (0...60).contains(elapsed)
        else { return self }
        var later = self
        // What is left of the whole takes as long as is left of the time.
        later.fraction = max(fraction, min(0.99, fraction + (1 - fraction) * elapsed / eta))
        later.etaSeconds = elapsed > eta ? nil : eta - elapsed
        later.time = Date(timeIntervalSince1970: now)
        return later
    }
}
