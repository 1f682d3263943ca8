import JobModel

/// tqdm, the Python progress bar, and what is drawn with it (PyTorch Lightning,
/// Hugging Face, …):
///
///     Reading:  42%|████▏     | 42/100 [00:04<00:06, 10.00it/s]
///     a.bin: 100%|#########9| 8.9M/9.00M [00:01<00:00, 5.31MB/s, ok=3]
///     30 rows [00:01, 19.77 rows/s]
///     Epoch 3/10 [train]:  42%|████▏     | 42/100 [00:04<00:06, 10.00it/s, loss=0.5]
///
/// From `tqdm.format_meter()` in tqdm/std.py. Slow bars print `1.30s/it`.
/// Scaled amounts are taken as powers of 1000, tqdm's default: a program that
/// sets `unit_divisor=1024` does not show it.
///
/// Of nested bars one value is made: what the outer has done and the inner's
/// part of the next step. tqdm draws an inner bar one line down and moves the
/// cursor back up, which ends its frame at once; the frame of an outermost bar stands
/// unfinished until the next. By that a bar that only follows one
/// that was broken off is told from one within it. Of bars that run side by
/// side the first counts.
///
/// `Epoch 3/10`, as a bar's description or in a line before it, makes an outer
/// level too.
struct TqdmForm: LineForm {
    static let source = ProgressSource(rawValue: "tqdm")

    let triggers = LineTriggers(prefixes: ["epoch"], last: "]")

    /// No one nests deeper.
    private static let deepest = 8
    /// The bars, the outermost first.
    private var bars: [Bar] = []
    /// The highest value told of the outermost bar.
    private var reached = 0.0
    private var epoch: EpochCounter?
    /// Bars beside others that were done first: they are drawn once more.
    private var past: [Bar] = []

    mutating func read(_ line: Line) -> Finding? {
        var header = line.cursor
        if line.isWhole, let counter = EpochCounter.take(&header, after: epoch), header.isAtEnd {
            enter(counter)
            return nil
        }
        guard let frame = TqdmFrame(line) else { return nil }
        var label = ByteCursor(frame.label)
        if let counter = EpochCounter.take(&label, after: epoch) { enter(counter) }
        if past.contains(where: { $0.total == frame.total && $0.label == Bar(frame).label }),
            !frame.isFirst
        {
            return .nothing
        }
        take(frame, end: line.end)
        return .progress(reading(frame))
    }

    private mutating func enter(_ counter: EpochCounter) {
        guard counter != epoch else { return }
        epoch = counter
        bars.removeAll()
        reached = 0
    }

    // MARK: Which bar

    /// Notes the frame in the bar it belongs to.
    private mutating func take(_ frame: TqdmFrame, end: LineEnd) {
        let new = Bar(frame)
        var found = find(new)
        if end == .open {
            // It stands in the first line, so nothing is around it.
            if let index = found, index > 0 {
                bars.removeFirst(index)
                found = 0
                reached = 0
            } else if found == nil {
                bars.removeAll()
            }
        }
        guard let index = found else { return add(new) }
        let last = bars[index]
        if end == .movement, new.isFirst, last.isFirst, new.done == last.done,
            new.label == last.label, !frame.hasPostfix, index == bars.count - 1
        {
            // Begun twice: one within the other, alike.
            return add(new)
        }
        bars[index] = new
        bars[index].isOver = last.isOver
        bars[index].isBeside = last.isBeside || (last.isOver && new.done > last.done)
        guard new.done > last.done else { return }
        for inner in bars.indices.dropFirst(index + 1) { bars[inner].isOver = true }
        if bars[index].isBeside, bars[..<index].allSatisfy(\.isDone) {
            past = Array(bars[..<index])
            bars.removeFirst(index)
            bars[0].isBeside = false
            bars[0].isOver = false
            reached = 0
        }
    }

    /// The bar of which `new` is the next frame, if there is one.
    private func find(_ new: Bar) -> Int? {
        var match: Int?
        for index in bars.indices.reversed() {
            let last = bars[index]
            guard new.unit == last.unit, new.done >= last.done, new.elapsed >= last.elapsed else {
                continue
            }
            if new.total == last.total {
                if new.label == last.label { return index }
                match = match ?? index
            } else if !new.isFirst,
                new.total == nil || last.total == nil || new.label == last.label
            {
                // A total that came late, or grew, or was exceeded.
                match = match ?? index
            }
        }
        return match
    }

    /// Adds a bar that was not there: in place of what is over, or within the
    /// innermost that is not.
    private mutating func add(_ new: Bar) {
        let twin = bars.lastIndex { $0.total == new.total && $0.label == new.label }
        var level = bars.count
        if let twin, new.done < bars[twin].done {
            level = twin
            if new.elapsed >= bars[twin].elapsed, !new.isFirst {
                // It has not begun again, so the other is one within it.
                var inner = bars[twin]
                inner.isOver = true
                bars.removeSubrange(twin...)
                bars += [new, inner]
                reached = 0
                return
            }
        }
        while level > 0, bars[level - 1].isOver || bars[level - 1].isDone { level -= 1 }
        level = min(level, Self.deepest - 1)
        if level == 0 {
            past.removeAll()
            if epoch == nil { reached = 0 }
        }
        bars.removeSubrange(level...)
        bars.append(new)
    }

    // MARK: What it tells

    /// The reading of `frame`, or of all the bars there are.
    private mutating func reading(_ frame: TqdmFrame) -> Progress {
        let outer = bars[0]
        var part = 0.0
        for bar in bars.dropFirst().reversed() {
            part = bar.isOver || bar.isBeside ? 0 : bar.fraction(with: part)
        }
        if let epoch, outer.total != epoch.total || !(epoch.done...epoch.done + 1 ~= outer.done) {
            reached = max(reached, outer.fraction(with: part))
            return Progress(
                done: epoch.overall(with: reached), total: epoch.total, unit: "epochs",
                message: outer.label, source: Self.source)
        }
        if bars.count == 1 {
            let isRounded = outer.total == outer.done && (outer.percentage ?? 1) < 1
            return Progress(
                fraction: isRounded ? outer.percentage : nil, done: outer.done, total: outer.total,
                unit: outer.unit, message: outer.label, rate: frame.rate,
                etaSeconds: frame.rate == nil ? nil : frame.remaining, source: Self.source)
        }
        guard let total = outer.total, total > 0 else {
            return Progress(
                done: outer.done, unit: outer.unit, message: outer.label, source: Self.source)
        }
        reached = max(reached, outer.fraction(with: part))
        return Progress(
            fraction: reached, done: reached * total, total: total, unit: outer.unit,
            message: outer.label ?? bars.last { !$0.isOver }?.label, source: Self.source)
    }

    /// A bar, as its last frame showed it.
    private struct Bar {
        var done: Double
        var total: Double?
        var percentage: Double?
        var elapsed: Double
        var unit: String?
        var label: String?
        /// Whether its rate was not known yet.
        var isFirst: Bool
        /// Whether a bar around it has gone on since: what it did is counted.
        var isOver = false
        /// Whether it runs beside the bar before it, not within a step of it.
        var isBeside = false

        init(_ frame: TqdmFrame) {
            done = frame.done
            total = frame.total
            percentage = frame.percentage
            elapsed = frame.elapsed
            unit = frame.unit
            label = MessageText.text(frame.label)
            isFirst = frame.isFirst
        }

        var isDone: Bool {
            total.map { done >= $0 } ?? false
        }

        /// How far it is, when of its present step `part` is done.
        func fraction(with part: Double) -> Double {
            guard let total, total > 0 else { return 0 }
            return min((done + part) / total, 1)
        }
    }
}
