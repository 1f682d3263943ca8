/// Turns frames into what has to be sent to a terminal: only the lines that are
/// not there yet.
struct ListScreenPainter {
    private var drawn: [String] = []
    private var size: Console.Size?

    /// Takes over the terminal: the alternate screen (xterm's mode 1049) keeps
    /// what was there before; no cursor (DECTCEM), and no wrapping (DECAWM), since
    /// a terminal may think a character wider than we do.
    static let entering = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"

    /// Gives the terminal back as it was.
    static let leaving = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// What brings the terminal from the frame before to this one; empty when
    /// nothing has changed.
    mutating func update(_ lines: [String], size: Console.Size) -> String {
        var text = ""
        if self.size != size {
            // After a change of its size nobody knows what a terminal shows.
            self.size = size
            drawn = []
            text = "\u{1B}[2J"
        }
        for (row, line) in lines.enumerated() where row >= drawn.count || drawn[row] != line {
            // An empty screen need not be emptied line by line.
            if row >= drawn.count, line.isEmpty { continue }
            text += "\u{1B}[\(row + 1);1H\(line)\u{1B}[K"
        }
        drawn = lines
        // Synchronized output (mode 2026): a terminal that knows it shows the whole
        // frame at once; others pass over it.
        return text.isEmpty ? "" : "\u{1B}[?2026h\(text)\u{1B}[?2026l"
    }

    /// Forgets what is on the terminal, to draw all of it again.
    mutating func forget() { size = nil }
}
