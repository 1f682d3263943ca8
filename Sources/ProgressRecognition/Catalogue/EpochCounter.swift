/// The epoch of a training run, as `Epoch 3/10`, `Epoch [3/10]`, `Epoch: 3/10`
/// or `Epoch 3 of 10` give it: where it begins, so that two are done and the bar
/// that follows is of the third.
struct EpochCounter: Equatable {
    /// How many epochs are done.
    var done: Double
    /// Of how many.
    var total: Double

    /// Steps over a counter at `cursor`; nil when none is there. Programs that
    /// count from zero print `Epoch 0/10` first: what follows that counts so too.
    static func take(_ cursor: inout ByteCursor, after last: EpochCounter?) -> EpochCounter? {
        guard cursor.take(text: "epoch") else { return nil }
        _ = cursor.take(":")
        guard cursor.takeBlanks() > 0 else { return nil }
        let isBracketed = cursor.take("[")
        guard let number = cursor.takeWhole(), cursor.take("/") || cursor.take(text: " of "),
            let total = cursor.takeWhole(), total.digits > 0, number.digits <= total.digits,
            !isBracketed || cursor.take("]")
        else { return nil }
        let isFromZero =
            number.digits == 0
            || (last.map { $0.total == total.value && $0.isFromZero } ?? false)
        return EpochCounter(
            done: number.value - (isFromZero ? 0 : 1), total: total.value, isFromZero: isFromZero)
    }

    private var isFromZero: Bool

    /// As the program prints it.
    var name: String {
        "Epoch \(Int(done + (isFromZero ? 0 : 1)))/\(Int(total))"
    }

    /// How far the whole is when the epoch's own part is `fraction`.
    func overall(with fraction: Double) -> Double {
        min(done + fraction, total)
    }
}
