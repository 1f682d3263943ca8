// TerminalText: says what a terminal would show of the bytes a command printed;
// pure, with no input or output and no clock.
//
// DESIGN
//
//   bytes ─▶ ControlSequence, UTF8Decoder ─▶ Screen of Rows ─▶ FinishedLines
//             what they ask for              40 rows           whole lines
//
// `PlainText` is the door; it has a `Screen` for each stream. A row leaves its
// screen as a line when it scrolls out, that is, when nothing can overwrite it
// any more; so a bar that is drawn ten thousand times is one line.
//
// Where this is not a terminal, on purpose:
// - Rows do not wrap, since a line that was wrapped is still one line. So a bar
//   that is wider than the terminal collapses too, where a terminal would be
//   filled with it.
// - A line longer than `Row.limit` columns is passed on piece by piece. A
//   carriage return in such a line goes back to where the last piece ended.
// - A newline always goes to the first column; and it breaks off an escape
//   sequence that was never finished.
// - What scrolls out of a scroll region is kept, wherever the region begins.
// - Attributes, character sets and insert mode are not followed.

/// Turns what a command printed into lines of plain text: UTF-8 with no control
/// characters but newline and tab, without escape sequences and overwritten
/// text, and without blanks at the ends of lines. Memory is bounded whatever
/// comes.
package struct PlainText {
    /// Where a command printed something.
    package enum Channel: Sendable {
        /// Standard output, or a terminal.
        case output
        /// Standard error.
        case errors
    }

    /// One for each channel.
    private var screens: [Screen]
    /// How many pieces have come; tells which line was written to first.
    private var count: UInt64 = 0
    /// The screen of which the beginning of a line has been passed on, and not
    /// yet the rest.
    private var open: Int?

    /// - Parameter isLive: Whether somebody watches and wants lines as soon as
    ///   they end. A line that is drawn over after that comes again, as it looks
    ///   in the end; lines are then held back until nothing was drawn over for
    ///   as many lines as a screen has. When false, a line comes when it cannot
    ///   be drawn over any more.
    package init(isLive: Bool) {
        screens = [Screen(isLive: isLive), Screen(isLive: isLive)]
    }

    /// Takes the next bytes of a channel, and adds to `text` the lines that are
    /// finished thereby. Lines of both channels come in the order in which they
    /// were last written to. A line that is too long to be kept comes in pieces,
    /// and is ended early if a line of the other channel is finished meanwhile.
    package mutating func take(
        _ bytes: UnsafeRawBufferPointer, from channel: Channel, into text: inout [UInt8]
    ) {
        count += 1
        let index = channel == .output ? 0 : 1
        let other = 1 - index
        screens[index].take(bytes, at: count)
        if screens[other].isUntouched {
            text += screens[index].finished.bytes
            if let last = screens[index].finished.pieces.last { open = last.isWhole ? nil : index }
        } else {
            var start = 0
            for place in screens[index].finished.pieces.indices {
                let piece = screens[index].finished.pieces[place]
                screens[other].showLines(before: piece.time)
                passAll(of: other, into: &text)
                pass(start..<piece.end, of: index, isWhole: piece.isWhole, into: &text)
                start = piece.end
            }
        }
        screens[index].finished.removeAll()
    }

    /// Adds what is left. Nothing may be taken afterwards.
    package mutating func finish(into text: inout [UInt8]) {
        for index in screens.indices { screens[index].finish() }
        var places = [0, 0]
        var starts = [0, 0]
        while true {
            let times = screens.indices.map { index in
                let pieces = screens[index].finished.pieces
                return places[index] < pieces.count ? pieces[places[index]].time : .max
            }
            let index = times[0] <= times[1] ? 0 : 1
            guard places[index] < screens[index].finished.pieces.count else { break }
            let piece = screens[index].finished.pieces[places[index]]
            pass(starts[index]..<piece.end, of: index, isWhole: piece.isWhole, into: &text)
            places[index] += 1
            starts[index] = piece.end
        }
        for index in screens.indices { screens[index].finished.removeAll() }
    }

    private mutating func passAll(of index: Int, into text: inout [UInt8]) {
        if screens[index].finished.pieces.isEmpty { return }
        var start = 0
        for piece in screens[index].finished.pieces {
            pass(start..<piece.end, of: index, isWhole: piece.isWhole, into: &text)
            start = piece.end
        }
        screens[index].finished.removeAll()
    }

    private mutating func pass(
        _ range: Range<Int>, of index: Int, isWhole: Bool, into text: inout [UInt8]
    ) {
        if let open, open != index { text.append(Byte.newline) }
        open = isWhole ? nil : index
        text += screens[index].finished.bytes[range]
    }
}
