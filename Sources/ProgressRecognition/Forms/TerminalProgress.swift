import JobModel

/// The OSC 9;4 sequence by which programs set the progress a terminal shows in
/// its tab or the task bar: `ESC ] 9 ; 4 ; state ; percentage BEL`.
///
/// Introduced by ConEmu ("ANSI X3.64 and Xterm 256 colors", OSC 9;4), taken up
/// by Windows Terminal, Ghostty and others. States: 0 remove, 1 set (0 where
/// the percentage is missing), 2 error, 3 indeterminate, 4 paused; 2 and 4
/// without a percentage keep the last. Above 100 counts as 100. Any other text
/// after `ESC ] 9 ;` is a notification. Printed, on a terminal, by cargo and zig,
/// and by systemd from version 257.
struct TerminalProgress: Sendable {
    private var fraction: Double?

    /// The source its readings name.
    static let source = ProgressSource(rawValue: "terminal")

    /// The reading in the text of an operating system command; nil when it is
    /// another command or says nothing new: taking the bar away is not
    /// progress.
    mutating func read(_ text: UnsafeRawBufferPointer) -> Progress? {
        var cursor = ByteCursor(text)
        guard cursor.take("9"), cursor.take(";"), cursor.take("4"), cursor.take(";") else {
            return nil
        }
        let state = cursor.next
        cursor.position += 1
        var percentage: Double?
        if cursor.take(";"), !cursor.isAtEnd {
            guard let number = cursor.takeWhole() else { return nil }
            percentage = min(number.hundredth, 1)
        }
        guard cursor.isAtEnd else { return nil }
        switch state {
        case Byte.of("0"):
            fraction = nil
            return nil
        case Byte.of("1"):
            fraction = percentage ?? 0
            return Progress(fraction: fraction, source: Self.source)
        case Byte.of("2"), Byte.of("4"):
            fraction = percentage ?? fraction
            return Progress(
                fraction: fraction, message: state == Byte.of("2") ? "error" : "paused",
                source: Self.source)
        case Byte.of("3"):
            fraction = nil
            return Progress(source: Self.source)
        default:
            return nil
        }
    }
}
