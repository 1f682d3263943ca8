import JobModel

/// 7z(1), 7za, 7zr, 7zz: on a terminal, or with `-bsp1`.
///
///     23% 6 + src/r1.bin
///     47% 8
///
/// Percentage (of the bytes), number of files done, what is done with which
/// file. Frames are drawn over each other with backspaces. So short a line is
/// only taken for 7z's after its banner has been seen (`7-Zip [64] 26.02 : …`),
/// with the percentage in the first three columns (CPP/7zip/UI/Console/
/// PercentPrinter.cpp). `Everything is Ok` is the end of it.
struct SevenZipForm: LineForm {
    static let source = ProgressSource(rawValue: "7z")

    let triggers = LineTriggers(prefixes: ["7-zip ", "everything is ok"], percent: true)
    private var isActive = false
    private var isBelieved = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(text: "7-zip ") {
            isActive = true
            isBelieved = false
            return nil
        }
        guard isActive else { return nil }
        if isBelieved, cursor.take(text: "everything is ok") {
            isBelieved = false
            return .progress(Progress(fraction: 1, source: Self.source))
        }
        guard let percentage = cursor.takeWhole(), percentage.hundredth <= 1, cursor.position == 3,
            cursor.take("%"), cursor.isAtEnd || cursor.next == Byte.space
        else { return nil }
        isBelieved = true
        cursor.takeBlanks()
        var files = 0.0
        let start = cursor.position
        if let number = cursor.takeWhole() {
            if cursor.isAtEnd || cursor.next == Byte.space {
                files = number.value
                cursor.takeBlanks()
            } else {
                cursor.position = start
            }
        }
        // What is done: `+` add, `-` extract, `T` test, …
        if cursor.peek(1) == Byte.space { cursor.position += 2 }
        return .progress(
            Progress(
                fraction: percentage.hundredth, done: files, unit: "files",
                message: MessageText.text(cursor.rest), source: Self.source))
    }
}
