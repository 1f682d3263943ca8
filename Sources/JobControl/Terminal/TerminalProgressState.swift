import JobAPI

/// What a terminal is told by OSC 9;4, in whole per cent.
enum TerminalProgressState: Hashable, Sendable {
    /// Something is so far.
    case value(Int)
    /// Something has failed; the rest is so far.
    case failed(Int)
    /// Something is being done.
    case indeterminate
    /// Something rests, so far.
    case paused(Int)

    /// How far jobs are together: the mean of their shares, where a finished job
    /// has done its own and one that tells nothing has done none of it. Nil when
    /// none of them was started or all have ended well.
    init?(_ jobs: [JobResource]) {
        let unfinished = jobs.filter { !$0.state.isFinished }
        let percent = Self.percent(jobs)
        if jobs.contains(where: { $0.state == .failed }) {
            self = .failed(percent)
        } else if unfinished.contains(where: { $0.state == .running }) {
            let isKnown =
                unfinished.count < jobs.count
                || unfinished.contains { $0.progress?.fraction != nil }
            self = isKnown ? .value(percent) : .indeterminate
        } else if unfinished.contains(where: { $0.state == .paused }) {
            self = .paused(percent)
        } else if !unfinished.isEmpty, unfinished.count < jobs.count {
            self = .value(percent)
        } else {
            return nil
        }
    }

    private static func percent(_ jobs: [JobResource]) -> Int {
        let shares = jobs.map { $0.state.isFinished ? 1 : $0.progress?.fraction ?? 0 }
        let mean = shares.reduce(0, +) / Double(max(jobs.count, 1))
        guard mean.isFinite else { return 0 }
        // Rounded down, as everywhere: see Quantity.percent.
        return Int((min(max(mean, 0), 1) * 100 + 1e-9).rounded(.down))
    }

    /// Takes all that was shown away.
    static let removal = sequence("0;0")

    /// The sequence: conemu.github.io/en/AnsiEscapeCodes.html#ConEmu_specific_OSC
    var sequence: String {
        switch self {
        case .value(let percent): Self.sequence("1;\(percent)")
        case .failed(let percent): Self.sequence("2;\(percent)")
        case .indeterminate: Self.sequence("3;0")
        case .paused(let percent): Self.sequence("4;\(percent)")
        }
    }

    /// Whether the two differ in no more than the percentage.
    func isKin(of other: TerminalProgressState) -> Bool {
        switch (self, other) {
        case (.value, .value), (.failed, .failed), (.paused, .paused),
            (.indeterminate, .indeterminate):
            true
        default: false
        }
    }

    /// Ended by ST, which ECMA-48 has, and not by BEL, which rings where the
    /// sequence is not understood.
    private static func sequence(_ parameters: String) -> String {
        "\u{1B}]9;4;\(parameters)\u{1B}\\"
    }
}
