/// One row of a screen.
struct Row {
    /// The most columns of a row: no bar is as wide. Longer lines are passed on
    /// piece by piece.
    static let limit = 4096

    /// What a column shows: a scalar, or a number of `Clusters`. A character of
    /// several columns has the others filled with `continuation`; a tab is such
    /// a character, so that it is a tab still when nothing overwrites it.
    private enum Cell {
        static let continuation: UInt32 = 0
        static let blank = UInt32(Byte.space)
        static let tab = UInt32(Byte.tab)
    }

    /// Whether the row has left the screen already as a line.
    enum Showing {
        case no
        case yes
        /// It has, but was drawn over since; it showed this.
        case changed(from: [UInt32])
    }

    /// The columns; what is behind `count` means nothing.
    private var cells: [UInt32] = []
    /// How many columns were written to.
    private(set) var count = 0
    /// Whether each column shows an ASCII character of its own.
    private var isASCII = true
    /// Whether a newline has ended it.
    var isLine = false
    /// Whether the beginning of its line has been passed on.
    var isOpen = false
    /// Whether it was shown.
    var showing = Showing.no
    /// When it was last written to.
    var time: UInt64 = 0

    /// How many columns there are up to the last that is not blank.
    var trimmedCount: Int {
        cells.withUnsafeBufferPointer { cells in
            var end = count
            while end > 0 {
                var head = end - 1
                while head > 0, cells[head] == Cell.continuation { head -= 1 }
                guard cells[head] == Cell.blank || cells[head] == Cell.tab else { break }
                end = head
            }
            return end
        }
    }

    /// What it shows, without blanks at the end.
    var trimmedCells: [UInt32] { Array(cells[..<trimmedCount]) }

    /// Whether it has nothing to show.
    var isBlank: Bool { trimmedCount == 0 }

    /// Makes it a new row.
    mutating func reset() {
        clear()
        isLine = false
        isOpen = false
        showing = .no
        time = 0
    }

    /// Removes its text.
    mutating func clear() {
        count = 0
        isASCII = true
    }

    // MARK: Writing

    /// Writes visible ASCII characters from `column` on. There must be room.
    mutating func write(_ text: UnsafeRawBufferPointer, at column: Int) {
        makeRoom(text.count, at: column)
        cells.withUnsafeMutableBufferPointer { cells in
            for offset in 0..<text.count {
                cells[column &+ offset] = UInt32(text[offset])
            }
        }
    }

    /// Writes a character of `columns` columns at `column`. There must be room.
    mutating func write(_ value: UInt32, columns: Int, at column: Int) {
        makeRoom(columns, at: column)
        cells[column] = value
        for place in column + 1..<column + columns { cells[place] = Cell.continuation }
        if value >= 0x80 || columns > 1 { isASCII = false }
    }

    /// Writes a tab at `column`, or, where there is text, changes nothing.
    mutating func writeTab(columns: Int, at column: Int) {
        if column >= count { write(Cell.tab, columns: columns, at: column) }
    }

    /// Adds a mark to the character before `column`, if there is one.
    mutating func add(mark: UInt32, before column: Int, _ clusters: inout Clusters) -> Bool {
        guard column > 0, column <= count else { return false }
        let head = head(of: column - 1)
        guard cells[head] != Cell.tab else { return false }
        cells[head] = clusters.adding(mark, to: cells[head])
        isASCII = false
        return true
    }

    // MARK: Editing

    /// Blanks columns; all to the end when `range` reaches it.
    mutating func erase(_ range: Range<Int>) {
        let start = min(range.lowerBound, count)
        let end = min(range.upperBound, count)
        split(at: start)
        split(at: end)
        if end == count {
            count = start
        } else {
            fill(start..<end)
        }
    }

    /// Moves the columns from `column` on to the right.
    mutating func insertBlanks(_ number: Int, at column: Int) {
        guard column < count else { return }
        let moved = min(count, Self.limit - number) - column
        split(at: column)
        if moved <= 0 {
            erase(column..<count)
            return
        }
        split(at: column + moved)
        grow(to: column + number + moved)
        for offset in (0..<moved).reversed() {
            cells[column + number + offset] = cells[column + offset]
        }
        fill(column..<column + number)
        count = column + number + moved
    }

    /// Removes columns; what is to the right of them moves up.
    mutating func remove(_ number: Int, at column: Int) {
        guard column < count else { return }
        let end = min(column + number, count)
        split(at: column)
        split(at: end)
        for place in end..<count { cells[column + place - end] = cells[place] }
        count -= end - column
    }

    // MARK: Reading

    /// Adds the first `count` columns to `text` as UTF-8.
    func appendText(to text: inout [UInt8], _ clusters: Clusters, count: Int) {
        cells.withUnsafeBufferPointer { cells in
            if isASCII {
                let start = text.count
                text.append(contentsOf: repeatElement(0, count: count))
                text.withUnsafeMutableBufferPointer { text in
                    for place in 0..<count {
                        text[start &+ place] = UInt8(truncatingIfNeeded: cells[place])
                    }
                }
                return
            }
            for place in 0..<count {
                let cell = cells[place]
                if cell == Cell.continuation { continue }
                if cell < 0x80 {
                    text.append(UInt8(truncatingIfNeeded: cell))
                } else {
                    clusters.append(cell, to: &text)
                }
            }
        }
    }

    // MARK: Cells

    /// Makes columns of the row that can be written to.
    private mutating func makeRoom(_ number: Int, at column: Int) {
        let end = column + number
        grow(to: end)
        if column > count { fill(count..<column) }
        if !isASCII {
            split(at: column)
            split(at: end)
        }
        count = max(count, end)
    }

    private mutating func grow(to size: Int) {
        if size <= cells.count { return }
        let capacity = min(max(size, 2 * cells.count, 128), max(size, Self.limit))
        cells.append(contentsOf: repeatElement(Cell.blank, count: capacity - cells.count))
    }

    private mutating func fill(_ range: Range<Int>) {
        for place in range { cells[place] = Cell.blank }
    }

    /// Blanks the character that has columns on both sides of `column`, since
    /// one of the sides is going to be something else.
    private mutating func split(at column: Int) {
        guard column < count, cells[column] == Cell.continuation else { return }
        var end = column
        while end < count, cells[end] == Cell.continuation { end += 1 }
        fill(head(of: column)..<end)
    }

    private func head(of column: Int) -> Int {
        var head = column
        while head > 0, cells[head] == Cell.continuation { head -= 1 }
        return head
    }
}
