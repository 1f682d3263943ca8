/// Takes what `LineSplitter` finds in a channel's bytes, in order.
protocol LineSink {
    /// Lets the lines through that are to be given to `line`; others make no
    /// difference to the sink. Nil when all do.
    var filter: LineFilter? { get }

    /// A line or frame.
    ///
    /// - Parameters:
    ///   - bytes: What it says, without escapes; valid during the call only.
    ///   - hasPercent: Whether a `%` after a digit or a blank may be among
    ///     them.
    ///   - isRedrawn: See `Line.isRedrawn`.
    ///   - end: What ended it.
    ///   - isPassing: Whether what comes next is drawn over it in the same
    ///     piece of output; its bytes are then valid until the splitter returns.
    mutating func line(
        _ bytes: UnsafeRawBufferPointer, hasPercent: Bool, isRedrawn: Bool, end: LineEnd,
        isPassing: Bool)

    /// The text of an operating system command (`ESC ] … BEL`).
    mutating func command(_ text: UnsafeRawBufferPointer)

    /// A program took the whole screen for itself, or gave it back.
    mutating func screen(isTaken: Bool)
}
