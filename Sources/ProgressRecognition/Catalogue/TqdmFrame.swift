/// One frame of a tqdm bar, as `tqdm.format_meter()` (tqdm/std.py) prints it.
struct TqdmFrame {
    /// What was counted so far, in true units as far as the frame tells.
    var done: Double
    /// Of how much; nil when it is not known.
    var total: Double?
    /// The printed percentage as a fraction, when there is one.
    var percentage: Double?
    /// The bar's description, with what follows it cut off.
    var label: UnsafeRawBufferPointer
    /// Seconds since the bar began.
    var elapsed: Double
    /// Seconds left, if printed.
    var remaining: Double?
    /// Units a second, if printed.
    var rate: Double?
    /// What is counted.
    var unit: String?
    /// Whether the rate is not known yet, as in a bar's first frame.
    var isFirst: Bool
    /// Whether the program added something of its own behind the rate.
    var hasPostfix: Bool

    /// The frame that `line` is; nil when it is none.
    init?(_ line: Line) {
        var cursor = line.cursor
        // `… [00:05<00:10, 2.5it/s]`: the clock in the brackets is what no
        // other line has.
        var open = 0
        var clock: Double?
        while clock == nil {
            guard cursor.skip(past: " [") else { return nil }
            open = cursor.position - 2
            clock = cursor.takeClock()
        }
        guard let clock else { return nil }
        elapsed = clock
        let isTimed = cursor.take("<")
        if isTimed {
            remaining = cursor.takeClock()
            guard remaining != nil || cursor.take("?") else { return nil }
        }
        var isRateUnknown = true
        var named: UnsafeRawBufferPointer?
        if cursor.take(exactly: ", ") {
            cursor.takeBlanks()
            guard let speed = Speed(&cursor) else { return nil }
            rate = speed.rate
            named = speed.unit
            isRateUnknown = speed.rate == nil
        }
        hasPostfix = cursor.next == Byte.of(",")
        guard hasPostfix || cursor.take("]") else { return nil }
        isFirst = isRateUnknown && elapsed == 0
        let before = UnsafeRawBufferPointer(rebasing: line.bytes[line.indent..<open])
        if let known = Self.known(before) {
            guard isTimed else { return nil }
            (done, total, percentage, label) = known
            unit = named.flatMap(Self.unit)
        } else {
            guard !isTimed, let named, let counted = Self.counted(before, named) else { return nil }
            (done, unit, label) = counted
            total = nil
            percentage = nil
        }
        if let speed = rate { rate = Self.scaled(speed, named) }
    }

    // MARK: Counts

    /// `desc:  42%|████  | 42/100`, `42/100` being the text behind the last `|`.
    private static func known(
        _ text: UnsafeRawBufferPointer
    ) -> (Double, Double, Double, UnsafeRawBufferPointer)? {
        guard let bar = text.lastIndex(where: { $0 == Byte.of("|") || $0 == Byte.percent }),
            let sign = text[..<(bar + 1)].firstIndex(where: { $0 == Byte.percent })
        else { return nil }
        // A `%` of the description's own: the bar's stands right before a `|`.
        var percent = sign
        while percent < bar, text[percent + 1] != Byte.of("|") || text[percent] != Byte.percent {
            percent += 1
        }
        if text[percent] != Byte.percent { percent = sign }
        var start = percent
        while start > 0, Byte.isDigit(text[start - 1]) { start -= 1 }
        var number = ByteCursor(text, at: start)
        guard let percentage = number.takeWhole(), number.position == percent,
            start == 0 || Byte.isBlank(text[start - 1])
        else { return nil }
        var cursor = ByteCursor(text, at: bar + 1)
        cursor.takeBlanks()
        guard let done = takeAmount(&cursor), cursor.take("/"),
            let total = takeAmount(&cursor), cursor.isAtEnd
        else { return nil }
        return (
            done, total, min(percentage.hundredth, 1), trimmed(ByteCursor(text).bytes(upTo: start))
        )
    }

    /// `desc: 42it`, `42 rows`, `1.50kB`; `named` is the unit as the rate has it.
    private static func counted(
        _ text: UnsafeRawBufferPointer, _ named: UnsafeRawBufferPointer
    ) -> (Double, String?, UnsafeRawBufferPointer)? {
        let name = bare(named)
        guard text.count > name.count,
            UnsafeRawBufferPointer(rebasing: text.suffix(name.count)).elementsEqual(name)
        else { return nil }
        // The number before the unit, with or without a scale.
        let end = text.count - name.count
        var start = end
        if start > 0, scale(text[start - 1]) != nil { start -= 1 }
        while start > 0, Byte.isDigit(text[start - 1]) || text[start - 1] == Byte.of(".") {
            start -= 1
        }
        guard start == 0 || Byte.isBlank(text[start - 1]) else { return nil }
        var cursor = ByteCursor(ByteCursor(text).bytes(upTo: end), at: start)
        guard let done = takeAmount(&cursor), cursor.isAtEnd else { return nil }
        return (done, unit(named), trimmed(ByteCursor(text).bytes(upTo: start)))
    }

    /// `42`, `42.0`, `1.50k`: scaled by 1000, as `unit_divisor` is unless set;
    /// the frame does not tell.
    private static func takeAmount(_ cursor: inout ByteCursor) -> Double? {
        guard let number = cursor.takeDecimal() else { return nil }
        guard let factor = scale(cursor.next) else { return number.value }
        cursor.position += 1
        return times(number.value, factor)
    }

    /// A number of few decimals times a thousand or more, which is a whole one.
    private static func times(_ number: Double, _ factor: Double) -> Double {
        let product = number * factor
        return factor > 1 && product < 1e15 ? Double(Int64(product + 0.5)) : product
    }

    private static func scale(_ letter: UInt8) -> Double? {
        switch letter {
        case Byte.of("k"): 1e3
        case Byte.of("M"): 1e6
        case Byte.of("G"): 1e9
        case Byte.of("T"): 1e12
        case Byte.of("P"): 1e15
        default: nil
        }
    }

    // MARK: Units

    /// The rate: `17.45it/s`, `1.30s/it`, `5.31MB/s`, `?page/s`.
    private struct Speed {
        var rate: Double?
        var unit: UnsafeRawBufferPointer

        init?(_ cursor: inout ByteCursor) {
            let number = cursor.takeDecimal()
            guard number != nil || cursor.take("?") else { return nil }
            if let number, cursor.take(exactly: "s/") {
                let start = cursor.position
                while !cursor.isAtEnd, !Self.ends(cursor.next) { cursor.position += 1 }
                unit = cursor.taken(since: start)
                rate = number.value > 0 ? 1 / number.value : nil
                return
            }
            let start = cursor.position
            while !cursor.isAtEnd, !Self.ends(cursor.next), !cursor.isNext("/s") {
                cursor.position += 1
            }
            unit = cursor.taken(since: start)
            guard cursor.take(exactly: "/s"), Self.ends(cursor.next) else { return nil }
            rate = number.flatMap { $0.value > 0 ? $0.value : nil }
        }

        private static func ends(_ byte: UInt8) -> Bool {
            byte == Byte.of(",") || byte == Byte.of("]")
        }
    }

    /// The unit without a scale before it. Only before the units that are
    /// scaled in practice: `kit` is a thousand `it`, but `keys` are keys.
    private static func bare(_ name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let first = name.first, scale(first) != nil else { return name }
        let rest = UnsafeRawBufferPointer(rebasing: name.dropFirst())
        var cursor = ByteCursor(rest)
        let isScaled =
            cursor.take(exactly: "it") || cursor.take(exactly: "B")
            || cursor.take(exactly: "bytes")
        return isScaled && cursor.isAtEnd ? rest : name
    }

    /// The unit in words.
    private static func unit(_ name: UnsafeRawBufferPointer) -> String? {
        let name = bare(name)
        var cursor = ByteCursor(name)
        if cursor.take(exactly: "it"), cursor.isAtEnd { return "iterations" }
        if cursor.take(exactly: "B"), cursor.isAtEnd { return "bytes" }
        return MessageText.text(name)
    }

    /// The rate with the scale of its unit.
    private static func scaled(_ rate: Double, _ name: UnsafeRawBufferPointer?) -> Double {
        guard let name, let first = name.first, bare(name).count < name.count else { return rate }
        return times(rate, scale(first) ?? 1)
    }

    /// The description without the colon that ends it.
    private static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var end = text.count
        while end > 0, Byte.isBlank(text[end - 1]) || text[end - 1] == Byte.of(":") { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[..<end])
    }
}
