import JobModel

/// mkvmerge(1) and mkvextract(1): a percentage, also as `--gui-mode` prints it.
///
///     mkvmerge v74.0.0 ('You Oughta Know') 64-bit
///     The file 'out.mkv' has been opened for writing.
///     Progress: 42%
///     #GUI#progress 42%
///
/// Any program may print `Progress: 42%`, so it is taken for theirs only after
/// the line with which they begin. The message is the file being written; with
/// `--split` the percentage is still of the whole. Formats: mkvtoolnix,
/// src/merge/output_control.cpp, display_progress();
/// src/extract/tracks.cpp.
struct MKVToolNixForm: LineForm {
    static let source = ProgressSource(rawValue: "mkvmerge")

    let triggers = LineTriggers(prefixes: [
        "mkvmerge v", "Extracting track ", "The file '", "Progress: ", "#GUI#progress ",
        "Multiplexing took ",
    ])

    private var isRunning = false
    private var file: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("P"):
            guard isRunning, cursor.take(text: "progress: ") else { return nil }
            return percentage(&cursor)
        case Byte.of("#"):
            guard cursor.take(text: "#gui#progress ") else { return nil }
            return percentage(&cursor)
        case Byte.of("T"):
            guard isRunning, cursor.take(text: "the file '") else { return nil }
            let name = cursor.rest
            let end = "' has been opened for writing."
            guard name.suffix(end.utf8.count).elementsEqual(end.utf8) else { return nil }
            file = MessageText.text(
                UnsafeRawBufferPointer(rebasing: name.dropLast(end.utf8.count)))
        case Byte.of("m"):
            guard cursor.take(text: "mkvmerge v"), Byte.isDigit(cursor.next) else { return nil }
            isRunning = true
            file = nil
        case Byte.of("E"):
            guard cursor.take(text: "extracting track "), cursor.takeWhole() != nil,
                cursor.take(text: " with the codecid '")
            else { return nil }
            isRunning = true
            file = nil
        case Byte.of("M"):
            if cursor.take(text: "multiplexing took ") { isRunning = false }
        default: break
        }
        return nil
    }

    private func percentage(_ cursor: inout ByteCursor) -> Finding? {
        guard let number = cursor.takeWhole(), cursor.take("%"), cursor.isAtEnd else { return nil }
        return .progress(
            Progress(fraction: number.hundredth, message: file, source: Self.source))
    }
}
