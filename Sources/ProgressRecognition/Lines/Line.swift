import JobModel

/// One line, or one frame of a bar that redraws itself, as the forms see it:
/// terminal escapes removed, at most `LineSplitter.limit` bytes, blanks at the
/// end cut off.
///
/// The bytes belong to the caller and are valid only during the call.
struct Line {
    /// What was printed.
    let bytes: UnsafeRawBufferPointer
    /// How many blanks come before the first other byte.
    let indent: Int
    /// Where it was printed.
    let channel: OutputChannel
    /// When its end was seen.
    let at: Timestamp
    /// What ended it.
    let end: LineEnd
    /// Whether it was drawn over an earlier one: after a carriage return, a
    /// cursor movement or a backspace. Programs that report nothing do not do
    /// that.
    let isRedrawn: Bool

    /// Whether its end has come. While it has not, a number that touches the
    /// end may still grow and must not be believed.
    var isWhole: Bool { end != .open }

    /// Whether there are control characters in it, other than tabs.
    var hasControls: Bool {
        bytes.contains { ($0 < Byte.space && $0 != Byte.tab) || $0 == 0x7F }
    }

    /// A cursor on the first byte that is not a blank.
    var cursor: ByteCursor {
        ByteCursor(bytes, at: indent)
    }
}
