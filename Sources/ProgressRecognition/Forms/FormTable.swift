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
    private var byLast = [Mask](repeating: 0, count: 256)
    private var byPercent: Mask = 0

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
                for byte in bytes {
                    byFirst[Int(byte)] |= bit
                    if Byte.isLetter(byte) { byFirst[Int(byte ^ 0x20)] |= bit }
                }
            }
            form.triggers.last.withUTF8Buffer { bytes in
                for byte in bytes { byLast[Int(byte)] |= bit }
            }
            if form.triggers.percent { byPercent |= bit }
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

    /// The forms to which a line with these bytes at its ends is to be shown.
    @inline(__always)
    func candidates(first: UInt8, last: UInt8, hasPercent: Bool) -> Mask {
        byFirst[Int(first)] | byLast[Int(last)] | (hasPercent ? byPercent : 0)
    }

    /// Shows `line` to the form at `index`.
    mutating func read(_ line: Line, with index: Int) -> Progress? {
        forms[index].read(line)
    }
}
