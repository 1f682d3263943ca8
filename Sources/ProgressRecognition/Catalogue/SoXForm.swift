import JobModel

/// sox(1) with `-S`, and play(1): seconds of sound read.
///
///     Input File     : 'a.wav'
///     In:3.41% 00:00:03.07 [00:01:26.93] Out:289k  [!=====|=====!] Hd:0.0 Clip:20.1k
///
/// In brackets stands the sound that is left (not the time it takes), so both
/// together are the total; where the length is not known it is zero and so is
/// the percentage. Format: sox's src/sox.c, update_status().
struct SoXForm: LineForm {
    static let source = ProgressSource(rawValue: "sox")

    let triggers = LineTriggers(prefixes: ["In:", "Input File "])

    private var file: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.take(text: "in:") else {
            guard cursor.take(text: "input file "), cursor.takeBlanks() > 0,
                cursor.take(text: ": '"), cursor.rest.last == Byte.of("'")
            else { return nil }
            file = MessageText.text(UnsafeRawBufferPointer(rebasing: cursor.rest.dropLast()))
            return nil
        }
        guard let percentage = cursor.takeDecimal(), cursor.take("%"), cursor.takeBlanks() > 0,
            let done = cursor.takeClock(), cursor.take(text: " ["),
            let left = cursor.takeClock(), cursor.take(text: "] out:"), done + left < 1e9
        else { return nil }
        let isKnown = left > 0 || percentage.digits > 0
        // Both are in hundredths: so is their sum.
        let total = Double(Int64((done + left) * 100 + 0.5)) / 100
        return .progress(
            Progress(
                done: done, total: isKnown ? total : nil, unit: "seconds", message: file,
                source: Self.source))
    }
}
