/// What ended a line, or a frame of a bar.
enum LineEnd: Sendable {
    /// Nothing yet: more of it may come.
    case open
    /// A newline, or the end of the output.
    case newline
    /// A carriage return: the next frame is drawn over it.
    case carriageReturn
    /// A movement of the cursor, as by programs that draw several bars.
    case movement
}
