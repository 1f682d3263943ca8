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
    private var byAfterDigits = [Mask](repeating: 0, count: 256)
    private var byRedrawn: Mask = 0
    /// The forms that may ask for every line.
    private(set) var mayBeAttentive: Mask = 0
    private var byPrefix = PrefixTable()
    private var byLast = [Mask](repeating: 0, count: 256)
    private var byPercent: Mask = 0
    private var byBracket: Mask = 0
    private var byName: Mask = 0
    /// For each level, what lets the lines through that the forms of it and
    /// better ones ask for.
    private var filters: [LineFilter] = []

    /// All forms there are: see `Catalogue`.
    static let all: FormTable = {
        var table = FormTable()
        table.add([JSONForm()], as: .json)
        table.add(Catalogue.tools, as: .tool)
        table.add([CounterForm(), PercentForm()], as: .general)
        table.makeFilters()
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
            add(afterDigits: form.triggers.afterDigits, bit: bit)
            if form.triggers.isRedrawn { byRedrawn |= bit }
            if type(of: form).mayBeAttentive { mayBeAttentive |= bit }
            for prefix in form.triggers.prefixes { byPrefix.add(prefix, bit: bit) }
            form.triggers.last.withUTF8Buffer { bytes in
                for byte in bytes { byLast[Int(byte)] |= bit }
            }
            if form.triggers.percent { byPercent |= bit }
            if form.triggers.isBracketed { byBracket |= bit }
            if !form.triggers.names.isEmpty { byName |= bit }
            forms.append(form)
            precedences.append(precedence)
        }
    }

    private mutating func add(afterDigits: StaticString, bit: Mask) {
        guard afterDigits.utf8CodeUnitCount > 0 else {
            for byte in byAfterDigits.indices { byAfterDigits[byte] |= bit }
            return
        }
        afterDigits.withUTF8Buffer { bytes in
            for byte in bytes { byAfterDigits[Int(byte)] |= bit }
        }
    }

    /// Makes the filters, after the last form was added.
    mutating func makeFilters() {
        filters = Precedence.allCases.map { level in
            LineFilter(zip(forms, precedences).filter { $0.1 <= level }.map(\.0.triggers))
        }
    }

    /// What lets the lines through that forms of `precedence` and better ask
    /// for.
    @inline(__always)
    func filter(upTo precedence: Precedence) -> LineFilter {
        filters[precedence.rawValue]
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
        _ bytes: UnsafeRawBufferPointer, from indent: Int, to end: Int, hasPercent: Bool,
        isRedrawn: Bool
    ) -> Mask {
        let first = bytes[indent]
        var mask = byLast[Int(bytes[end &- 1])]
        if hasPercent, Self.hasPercentage(bytes, from: indent, to: end) { mask |= byPercent }
        if isRedrawn { mask |= byRedrawn }
        if Byte.isDigit(first) {
            if !Self.isOtherNumber(bytes, at: indent, end: end) {
                var after = indent &+ 1
                while after < end, Byte.isDigit(bytes[after]) { after &+= 1 }
                let follower = after < end ? bytes[after] : Byte.newline
                mask |= byFirst[Int(first)] & byAfterDigits[Int(follower)]
            }
        } else {
            mask |= byFirst[Int(first)]
            if first == Byte.of("{") { mask |= byName }
        }
        if end &- indent >= 3 {
            if first == Byte.of("[") || first == Byte.of("(") {
                let second = bytes[indent &+ 1]
                if Byte.isDigit(second) || Byte.isBlank(second) { mask |= byBracket }
            }
            mask |= byPrefix.mask(bytes, at: indent, end: end)
        }
        return mask
    }

    /// Whether digits begin at `start` that go on as `2026-11-22`, `08:15`,
    /// `10.0.0.1` or `1.2.3` do: so most lines of most logs begin.
    @inline(__always)
    private static func isOtherNumber(
        _ bytes: UnsafeRawBufferPointer, at start: Int, end: Int
    ) -> Bool {
        func skipDigits(from place: Int) -> Int {
            var place = place
            while place < end, Byte.isDigit(bytes[place]) { place &+= 1 }
            return place
        }
        var position = skipDigits(from: start &+ 1)
        guard position &+ 1 < end, Byte.isDigit(bytes[position &+ 1]) else { return false }
        if bytes[position] == Byte.of("-") || bytes[position] == Byte.of(":") { return true }
        guard bytes[position] == Byte.of(".") else { return false }
        position = skipDigits(from: position &+ 1)
        return position &+ 1 < end && bytes[position] == Byte.of(".")
            && Byte.isDigit(bytes[position &+ 1])
    }

    /// Whether a `%` follows a digit or a blank.
    private static func hasPercentage(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int
    ) -> Bool {
        for place in start..<end where bytes[place] == Byte.percent && place > start {
            if Byte.isDigit(bytes[place &- 1]) || Byte.isBlank(bytes[place &- 1]) { return true }
        }
        return false
    }

    /// Shows `line` to the form at `index`.
    mutating func read(_ line: Line, with index: Int) -> Finding? {
        forms[index].read(line)
    }
}
