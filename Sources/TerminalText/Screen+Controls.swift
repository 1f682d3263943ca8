// What escape sequences do (ECMA-48 §8.3; "XTerm Control Sequences").

extension Screen {
    /// Does what `ESC final` says.
    mutating func escape(_ final: UInt8) {
        switch final {
        case UInt8(ascii: "7"): saved = cursor
        case UInt8(ascii: "8"): move(to: saved)
        case UInt8(ascii: "D"): moveDown()
        case UInt8(ascii: "E"):
            moveDown()
            cursor.column = 0
        case UInt8(ascii: "M"): moveUp()
        // RIS: everything as at the beginning.
        case UInt8(ascii: "c"):
            eraseScreen(2)
            region = 0...Self.height - 1
            saved = Position()
            move(to: Position())
        default: break
        }
    }

    /// Does what `CSI parameters final` says.
    mutating func control(_ final: UInt8, _ sequence: ControlSequence) {
        let number = sequence.parameter(0)
        switch final {
        case UInt8(ascii: "A"): move(rows: -number)
        case UInt8(ascii: "B"), UInt8(ascii: "e"): move(rows: number)
        case UInt8(ascii: "C"), UInt8(ascii: "a"): move(toColumn: cursor.column + number)
        case UInt8(ascii: "D"): move(toColumn: cursor.column - number)
        case UInt8(ascii: "E"):
            move(rows: number)
            cursor.column = 0
        case UInt8(ascii: "F"):
            move(rows: -number)
            cursor.column = 0
        case UInt8(ascii: "G"), UInt8(ascii: "`"): move(toColumn: number - 1)
        case UInt8(ascii: "H"), UInt8(ascii: "f"):
            move(toRow: number - 1)
            move(toColumn: sequence.parameter(1) - 1)
        case UInt8(ascii: "I"): move(toColumn: (cursor.column / 8 + number) * 8)
        case UInt8(ascii: "Z"): move(toColumn: ((cursor.column + 7) / 8 - number) * 8)
        case UInt8(ascii: "d"): move(toRow: number - 1)
        case UInt8(ascii: "s"): saved = cursor
        case UInt8(ascii: "u"): move(to: saved)
        case UInt8(ascii: "r"): setRegion(sequence)
        case UInt8(ascii: "b"): repeatCharacter(number)
        default: edit(final, number, mode: sequence.parameter(0, or: 0))
        }
    }

    // MARK: Moving

    /// Moves up or down; a cursor within the region stays there.
    private mutating func move(rows number: Int) {
        let isInside = region.contains(cursor.row)
        let limits = isInside ? region : 0...Self.height - 1
        cursor.row = min(max(cursor.row + number, limits.lowerBound), limits.upperBound)
        hasHidden = true
    }

    private mutating func move(toRow row: Int) {
        cursor.row = min(max(row, 0), Self.height - 1)
        hasHidden = true
    }

    /// Moves to a column; not further to the right than there is text, or than a
    /// terminal is wide.
    private mutating func move(toColumn column: Int) {
        let last = max(Self.width - 1, rows[index(cursor.row)].count, cursor.column)
        cursor.column = min(max(column, 0), last)
    }

    private mutating func move(to position: Position) {
        cursor = position
        hasHidden = true
    }

    /// DECSTBM, which also moves the cursor to the first place.
    private mutating func setRegion(_ sequence: ControlSequence) {
        let top = sequence.parameter(0) - 1
        let bottom = min(sequence.parameter(1, or: Self.height), Self.height) - 1
        guard top < bottom else { return }
        region = top...bottom
        move(to: Position())
    }

    /// REP, as far as a terminal is wide.
    private mutating func repeatCharacter(_ number: Int) {
        guard let lastScalar else { return }
        for _ in 0..<max(min(number, Self.width - cursor.column), 0) { write(lastScalar) }
    }

    // MARK: Editing

    /// The sequences that change what is there.
    private mutating func edit(_ final: UInt8, _ number: Int, mode: Int) {
        let column = cursor.column
        switch final {
        case UInt8(ascii: "J"): eraseScreen(mode)
        case UInt8(ascii: "K"):
            switch mode {
            case 0: erase(column..<Row.limit, of: cursor.row)
            case 1: erase(0..<column + 1, of: cursor.row)
            case 2: erase(0..<Row.limit, of: cursor.row)
            default: break
            }
        case UInt8(ascii: "X"): erase(column..<column + number, of: cursor.row)
        case UInt8(ascii: "P"):
            let index = touch()
            rows[index].remove(number, at: column)
        case UInt8(ascii: "@"):
            let index = touch()
            rows[index].insertBlanks(number, at: column)
        case UInt8(ascii: "S"): scrollUp(region, by: number)
        case UInt8(ascii: "T"): scrollDown(region, by: number)
        case UInt8(ascii: "L"):
            if let rest = restOfRegion { scrollDown(rest, by: number) }
        case UInt8(ascii: "M"):
            guard let rest = restOfRegion else { return }
            for _ in 0..<min(number, rest.count) { removeRow(cursor.row, in: rest) }
        default: break
        }
    }

    /// The rows from the cursor's to the region's last; nil outside of it.
    private var restOfRegion: ClosedRange<Int>? {
        region.contains(cursor.row) ? cursor.row...region.upperBound : nil
    }

    private mutating func erase(_ columns: Range<Int>, of row: Int) {
        let index = index(row)
        if columns.lowerBound >= rows[index].count { return }
        touch(index)
        rows[index].erase(columns)
    }

    /// ED. What the terminal has scrolled away (3) has left already.
    private mutating func eraseScreen(_ mode: Int) {
        let row = cursor.row
        switch mode {
        case 0:
            erase(cursor.column..<Row.limit, of: row)
            eraseRows(row + 1..<Self.height)
        case 1:
            eraseRows(0..<row)
            erase(0..<cursor.column + 1, of: row)
        case 2: eraseRows(0..<Self.height)
        default: break
        }
    }

    /// Makes rows as if nothing had ever been there.
    private mutating func eraseRows(_ range: Range<Int>) {
        for row in range {
            erase(0..<Row.limit, of: row)
            rows[index(row)].isLine = false
        }
    }
}
