/// What a key means to a live listing.
enum ListScreenKey: Hashable {
    case up, down, pageUp, pageDown, home, end
    /// Draw all of it again: something else has written to the terminal.
    case redraw
    case quit
}
