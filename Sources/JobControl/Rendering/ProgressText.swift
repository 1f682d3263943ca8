import JobAPI

/// A reading in words.
enum ProgressText {
    /// The parts that there are: `42%` (`~42%`), `42/100 files`, `3.1 files/s`, `19s left`,
    /// then what the command says.
    static func parts(_ progress: ProgressResource) -> [String] {
        [
            progress.percent, counts(progress), rate(progress),
            eta(progress), message(progress),
        ].compactMap { $0 }
    }

    /// The parts without the percentage, for beside a bar.
    static func details(_ progress: ProgressResource) -> String {
        [counts(progress), rate(progress), eta(progress), message(progress)].compactMap { $0 }
            .joined(separator: "  ")
    }

    /// All of it in a line.
    static func line(_ progress: ProgressResource) -> String {
        let line = parts(progress).joined(separator: "  ")
        return line.isEmpty ? "in progress" : line
    }

    private static func counts(_ progress: ProgressResource) -> String? {
        guard let done = progress.done else { return nil }
        guard let total = progress.total else {
            return Quantity.amount(done, unit: progress.unit)
        }
        if progress.unit == "bytes" {
            return "\(Quantity.bytes(done)) of \(Quantity.bytes(total))"
        }
        let unit = progress.unit.map { " \(DisplayText.clean($0))" } ?? ""
        return "\(Quantity.plain(done))/\(Quantity.plain(total))\(unit)"
    }

    private static func rate(_ progress: ProgressResource) -> String? {
        // Shares of the whole a second say less than the time that is left.
        guard let rate = progress.rate, rate > 0, progress.done != nil else { return nil }
        return "\(Quantity.amount(rate, unit: progress.unit))/s"
    }

    private static func eta(_ progress: ProgressResource) -> String? {
        // Nothing left is nothing to say.
        guard let seconds = progress.etaSeconds, seconds >= 0.05 else { return nil }
        return "\(Quantity.duration(seconds)) left"
    }

    private static func message(_ progress: ProgressResource) -> String? {
        guard let message = progress.message else { return nil }
        let text = DisplayText.clean(message)
        return text.isEmpty ? nil : text
    }
}
