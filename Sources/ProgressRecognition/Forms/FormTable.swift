import JobModel

/// The forms of standard output and error in order of precedence, and the
/// tables by which a line is dispatched to the few that could know it.
struct FormTable: Sendable {
    /// Set of forms: bit n is the form at index n.
    typealias Mask = UInt64

    /// The forms, the most trusted first.
    private(set) var forms: [any LineForm] = []
    /// The level of each form.
    private(set) var precedences: [Precedence] = []
    private var byFirst = [Mask](repeating: 0, count: 256)
    private var byPrefix = PrefixTable()
    private var byLast = [Mask](repeating: 0, count: 256)
    private var byPercent: Mask = 0
    private var byBracket: Mask = 0

    /// All forms there are: see `Catalogue`.
    static let all: FormTable = {
        var table = FormTable()
        table.add([JSONForm()], as: .json)
        table.add(Catalogue.tools, as: .tool)
        table.add([CounterForm(), PercentForm()], as: .general)
        return table
    }()

    /// Appends forms, each less trusted than those before. A mask has 64 bits,
    /// so at most 64 forms in all.
    mutating func add(_ more: [any LineForm], as precedence: Precedence) {
        for form in more {
            precondition(forms.count < Mask.bitWidth, "a mask has no bit left for another form")
            let bit: Mask = 1 << Mask(forms.count)
            form.triggers.first.withUTF8Buffer { bytes in
                for byte in bytes { byFirst[Int(byte)] |= bit }
            }
            for prefix in form.triggers.prefixes { byPrefix.add(prefix, bit: bit) }
            form.triggers.last.withUTF8Buffer { bytes in
                for byte in bytes { byLast[Int(byte)] |= bit }
            }
            if form.triggers.percent { byPercent |= bit }
            if form.triggers.isBracketed { byBracket |= bit }
            forms.append(form)
            precedences.append(precedence)
        }
    }

    /// The forms of `precedence` and better.
    func mask(upTo precedence: Precedence) -> Mask {
        var mask: Mask = 0
        for (index, own) in precedences.enumerated() where own <= precedence {
            mask |= 1 << Mask(index)
        }
        return mask
    }

    /// The forms to which a line that begins at `indent` and ends at `end` is to
    /// be shown.
    @inline(__always)
    func candidates(
        _ bytes: UnsafeRawBufferPointer, from indent: Int, to end: Int, hasPercent: Bool
    ) -> Mask {
        let first = bytes[indent]
        var mask = byLast[Int(bytes[end &- 1])] | (hasPercent ? byPercent : 0)
        if Byte.isDigit(first) {
            if !Self.isTime(bytes, at: indent, end: end) { mask |= byFirst[Int(first)] }
        } else {
            mask |= byFirst[Int(first)]
        }
        if end &- indent >= 3 {
            if first == Byte.of("[") || first == Byte.of("(") {
                let second = bytes[indent &+ 1]
                if Byte.isDigit(second) || Byte.isBlank(second) { mask |= byBracket }
            }
            mask |= byPrefix.mask(bytes[indent], bytes[indent &+ 1], bytes[indent &+ 2])
        }
        return mask
    }

    /// Whether digits that are followed by `-` or `:` and a digit begin at
    /// `start`, as `2026-11-22` and `08:15` do: so most lines of most logs begin.
    @inline(__always)
    private static func isTime(
        _ bytes: UnsafeRawBufferPointer, at start: Int, end: Int
    ) -> Bool {
        var position = start &+ 1
        while position < end, Byte.isDigit(bytes[position]) { position &+= 1 }
        guard position &+ 1 < end else { return false }
        return (bytes[position] == Byte.of("-") || bytes[position] == Byte.of(":"))
            && Byte.isDigit(bytes[position &+ 1])
    }

    /// Shows `line` to the form at `index`.
    mutating func read(_ line: Line, with index: Int) -> Finding? {
        forms[index].read(line)
    }
}
