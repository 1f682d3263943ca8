import JobModel

/// Makefiles that CMake wrote:
///
///     [ 12%] Building C object CMakeFiles/parts.dir/a.c.o
///     [ 75%] Linking C static library libparts.a
///     [100%] Built target app
///
/// From `cmake -E cmake_progress_report` (cmcmd.cxx). The steps have the words
/// below; after one of them has been seen, every line of that form counts. make
/// itself prints no percentage.
struct CMakeForm: LineForm {
    static let source = ProgressSource(rawValue: "cmake")

    let triggers = LineTriggers(isBracketed: true)

    private static let words: [StaticString] = [
        "Building ", "Linking ", "Built target ", "Generating ", "Automatic ",
        "Creating directories for ", "Performing ", "Completed ", "No ",
    ]
    private var isKnown = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.take("[") else { return nil }
        cursor.takeBlanks()
        // Three columns wide.
        guard let percentage = cursor.takeWhole(), percentage.hundredth <= 1,
            cursor.take(exactly: "%] "), cursor.position - line.indent == 7,
            isKnown || Self.words.contains(where: { cursor.isNext($0) })
        else { return nil }
        isKnown = true
        return .progress(
            Progress(
                fraction: percentage.hundredth, message: MessageText.text(cursor.rest),
                source: Self.source))
    }
}
