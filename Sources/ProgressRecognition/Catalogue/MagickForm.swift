import JobModel

/// ImageMagick's convert(1), magick(1), mogrify(1) with `-monitor`.
///
///     load image[in.png]: 50 of 300, 16% complete
///     Morphology/Image[in.png]: 100 of 300, 33% complete
///
/// One run from 0 to 100 % for each step and image: the message names both. The
/// counts are rows, or whatever the step goes by, and begin at zero, so only the
/// percentage is read. Format: MagickWand/mogrify.c, MonitorProgress().
struct MagickForm: LineForm {
    static let source = ProgressSource(rawValue: "magick")

    let triggers = LineTriggers(percent: true)

    mutating func read(_ line: Line) -> Finding? {
        // Backwards from the end, as most lines with a percentage end otherwise.
        let end: StaticString = "% complete"
        var cursor = ByteCursor(line.bytes, at: line.bytes.count - end.utf8CodeUnitCount)
        guard cursor.position > line.indent, cursor.take(text: end) else { return nil }
        cursor = line.cursor
        guard Byte.isLetter(cursor.next), cursor.take(past: "]: ") else { return nil }
        let stepEnd = cursor.position - 2
        guard cursor.takeWhole() != nil, cursor.take(text: " of "), cursor.takeWhole() != nil,
            cursor.take(text: ", "), let percentage = cursor.takeWhole(), cursor.take(text: end),
            cursor.isAtEnd
        else { return nil }
        return .progress(
            Progress(
                fraction: percentage.hundredth,
                message: MessageText.text(
                    UnsafeRawBufferPointer(rebasing: line.bytes[line.indent..<stepEnd])),
                source: Self.source))
    }
}
