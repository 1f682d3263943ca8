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

    /// Writes UTF-8 from `column` on, without control characters. There must be
    /// room for as many columns as there are bytes: no character has more.
    ///
    /// - Parameter last: The last character that was written.
    /// - Returns: The column after it.
    mutating func write(
        utf8 text: UnsafeRawBufferPointer, at column: Int, _ decoder: inout UTF8Decoder,
        _ clusters: inout Clusters, last: inout UInt32?
    ) -> Int {
        grow(to: column + text.count + 1)
        if column > count { fill(count..<column) }
        split(at: column)
        isASCII = false
        let oldCount = count
        let end = cells.withUnsafeMutableBufferPointer { cells in
            var end = column
            func put(_ value: UInt32) {
                // The control characters of Latin-1 are not seen.
                if 0x80...0x9F ~= value { return }
                var columns = ScalarWidth.columns(of: value)
                if columns == 0, end > 0 {
                    let head = Self.head(of: end - 1, in: cells)
                    if cells[head] != Cell.tab {
                        cells[head] = clusters.adding(value, to: cells[head])
                        return
                    }
                }
                // A mark without a character has a place of its own.
                columns = max(columns, 1)
                cells[end] = value
                if columns == 2 { cells[end + 1] = Cell.continuation }
                end += columns
                last = value
            }
            for byte in text {
                if byte < 0x80, !decoder.isActive {
                    put(UInt32(byte))
                    continue
                }
                switch decoder.take(byte) {
                case .more: break
                case .scalar(let value): put(value)
                case .broken:
                    put(UTF8Decoder.replacement)
                    if byte < 0x80 {
                        put(UInt32(byte))
                    } else if case .scalar(let value) = decoder.take(byte) {
                        put(value)
                    }
                }
            }
            // Of a character that was overwritten in part the rest is blank.
            var rest = end
            while rest < oldCount, cells[rest] == Cell.continuation {
                cells[rest] = Cell.blank
                rest += 1
            }
            return end
        }
        count = max(oldCount, end)
        return end
    }

    /// Writes a tab at `column`, or, where there is text, changes nothing.
    mutating func writeTab(columns: Int, at column: Int) {
        if column >= count { write(Cell.tab, columns: columns, at: column) }
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
        move(moved, from: column, to: column + number)
        fill(column..<column + number)
        count = column + number + moved
    }

    /// Removes columns; what is to the right of them moves up.
    mutating func remove(_ number: Int, at column: Int) {
        guard column < count else { return }
        let end = min(column + number, count)
        split(at: column)
        split(at: end)
        move(count - end, from: end, to: column)
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

    private mutating func move(_ number: Int, from source: Int, to target: Int) {
        cells.withUnsafeMutableBufferPointer { cells in
            guard let base = cells.baseAddress else { return }
            (base + target).update(from: base + source, count: number)
        }
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
        let head = cells.withUnsafeMutableBufferPointer { Self.head(of: column, in: $0) }
        fill(head..<end)
    }

    /// Where the character begins that has this column.
    private static func head(
        of column: Int, in cells: UnsafeMutableBufferPointer<UInt32>
    ) -> Int {
        var head = column
        while head > 0, cells[head] == Cell.continuation { head -= 1 }
        return head
    }
}
