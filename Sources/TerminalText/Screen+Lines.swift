// How rows become lines.

extension Screen {
    /// A newline.
    mutating func endLine() {
        let index = index(cursor.row)
        if !rows[index].isLine {
            rows[index].isLine = true
            rows[index].time = now
            if hold > 0 { hold -= 1 }
        }
        if isLive {
            if hold == 0 { showRows(through: cursor.row) } else { hasHidden = true }
        }
        // What has left in part is not held back.
        if rows[index].isOpen { showRows(through: cursor.row) }
        moveDown()
        cursor.column = 0
    }

    /// Goes to the next row; at the end of the region, it scrolls.
    mutating func moveDown() {
        if cursor.row == region.upperBound {
            scrollUp(region, by: 1)
        } else if cursor.row < Self.height - 1 {
            cursor.row += 1
        }
    }

    /// Goes to the row before; at the beginning of the region, it scrolls.
    mutating func moveUp() {
        if cursor.row == region.lowerBound {
            scrollDown(region, by: 1)
        } else if cursor.row > 0 {
            cursor.row -= 1
        }
        hasHidden = true
    }

    /// Moves rows up; those at the top become lines.
    mutating func scrollUp(_ range: ClosedRange<Int>, by number: Int) {
        for _ in 0..<min(number, range.count) {
            show(index(range.lowerBound))
            removeRow(range.lowerBound, in: range)
        }
    }

    /// Moves rows down; those at the bottom are lost.
    mutating func scrollDown(_ range: ClosedRange<Int>, by number: Int) {
        for _ in 0..<min(number, range.count) {
            discard(index(range.upperBound))
            for row in range.dropFirst().reversed() { rows.swapAt(index(row), index(row - 1)) }
        }
    }

    /// Removes a row; those after it move up.
    mutating func removeRow(_ row: Int, in range: ClosedRange<Int>) {
        discard(index(row))
        if row == 0, range.upperBound == Self.height - 1 {
            first = index(1)
            return
        }
        for place in row..<range.upperBound { rows.swapAt(index(place), index(place + 1)) }
    }

    /// Shows the rows from the first that were ended before `time`, so that the
    /// other stream's lines come after them.
    mutating func showLines(before time: UInt64) {
        if isUntouched { return }
        for row in 0..<Self.height {
            let index = index(row)
            if case .yes = rows[index].showing { continue }
            guard rows[index].isLine, rows[index].time < time else { return }
            show(index)
        }
    }

    /// Shows all that there is: the end.
    mutating func finish() {
        endCharacter()
        for row in 0..<Self.height {
            let index = index(row)
            // Below the last text there are only remains of what was erased.
            if row >= cursor.row, (row..<Self.height).allSatisfy({ rows[self.index($0)].isBlank }) {
                rows[index].isLine = false
            }
            show(index)
        }
    }

    /// Passes on what the cursor's row has, as the beginning of its line.
    mutating func passOn() {
        if cursor.row > 0 { showRows(through: cursor.row - 1) }
        let index = index(cursor.row)
        closeOther(index)
        finished.appendPart(rows[index], clusters, at: now)
        rows[index].clear()
        rows[index].isOpen = true
        hasOpen = true
        rows[index].showing = .no
        cursor.column = 0
    }

    /// Shows the first rows, as far as they were held back. Empty ones at the
    /// end wait for what follows them: a program that makes room below itself and
    /// comes back wrote no empty lines.
    private mutating func showRows(through last: Int) {
        if rows[index(last)].isBlank, !rows[index(last)].isOpen {
            hasHidden = true
            return
        }
        if hasHidden {
            for row in 0..<last { show(index(row)) }
            hasHidden = !isLive
        }
        show(index(last))
    }

    /// Makes a line of a row, unless that was done before or it shows nothing.
    private mutating func show(_ index: Int) {
        switch rows[index].showing {
        case .yes: return
        case .no:
            guard rows[index].isLine || rows[index].isOpen || !rows[index].isBlank else { return }
            closeOther(index)
            finished.appendLine(rows[index], clusters, at: rows[index].time)
            if rows[index].isOpen {
                rows[index].isOpen = false
                hasOpen = false
            }
        case .changed(let before):
            let cells = rows[index].trimmedCells
            if !cells.isEmpty, cells != before {
                closeOther(index)
                finished.appendLine(rows[index], clusters, at: rows[index].time)
            }
        }
        rows[index].showing = .yes
    }

    /// Makes a row a new one.
    private mutating func discard(_ index: Int) {
        if rows[index].isOpen { close() }
        rows[index].reset()
    }

    /// Ends the line whose beginning was passed on, if it is not that of this
    /// row.
    private mutating func closeOther(_ index: Int) {
        if hasOpen, !rows[index].isOpen { close() }
    }

    private mutating func close() {
        finished.appendNewline(at: now)
        for index in rows.indices { rows[index].isOpen = false }
        hasOpen = false
    }
}
