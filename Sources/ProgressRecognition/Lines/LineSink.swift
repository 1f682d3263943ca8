/// Takes what `LineSplitter` finds in a channel's bytes, in order.
protocol LineSink {
    /// A line or frame.
    ///
    /// - Parameters:
    ///   - bytes: What it says, without escapes; valid during the call only.
    ///   - hasPercent: Whether a `%` is among them (or was cut off).
    ///   - isRedrawn: See `Line.isRedrawn`.
    mutating func line(_ bytes: UnsafeRawBufferPointer, hasPercent: Bool, isRedrawn: Bool)

    /// The text of an operating system command (`ESC ] … BEL`).
    mutating func command(_ text: UnsafeRawBufferPointer)
}
