import JobModel

/// ffmpeg(1): the line of statistics, and the blocks of `-progress pipe:1`.
///
///     frame=  123 fps= 25 q=28.0 size=     256kB time=00:00:05.12 bitrate= 409.6kbits/s speed=1.02x
///     size=      53kB time=00:00:03.86 bitrate= 113.1kbits/s speed=7.69x
///     out_time_us=521000
///     progress=continue
///
/// Counted are seconds of media written; ffmpeg's speed is their rate. (Its
/// `out_time_ms` is in microseconds, too.) The total is what is printed as
/// `Duration:` of the longest input, so the fraction is of that even where
/// `-t`, `-to` or `-ss` cut the output shorter: nothing printed tells how long
/// the output will be. Once more has been written than the total (inputs
/// joined, looped or slowed down), it holds no longer and there is none.
///
/// The last frame begins a little before the end; the last report (`Lsize=`,
/// `progress=end`) counts as all of it when less than half a second lacks.
///
/// The first of two passes is known by encoding to nowhere (an encoder that is
/// not the one for analyses, and the muxer `null` or `/dev/null`), the second by
/// following it. Formats: fftools/ffmpeg.c, print_report();
/// libavformat/dump.c, av_dump_format().
struct FFmpegForm: LineForm {
    static let source = ProgressSource(rawValue: "ffmpeg")

    let triggers = LineTriggers(prefixes: [
        "Input #", "Duration:", "Stream #", "Output #", "frame=", "size=", "Lsize=",
        "out_time", "speed=", "progress=",
    ])

    /// Seconds of the longest input.
    private var total: Double?
    /// Whether something is encoded, not only decoded for an analysis.
    private var encodes = false
    private var message: String?
    private var isFirstPass = false
    /// Whether the inputs of a run are being listed.
    private var listsInputs = false
    /// What the block of `-progress` has told so far, and whether there are such
    /// blocks: then the statistics only repeat them.
    private var blockTime: Double?
    private var blockSpeed: Double?
    private var hasBlocks = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("f"), Byte.of("s"), Byte.of("L"):
            if cursor.take(text: "speed=") {
                if blockTime != nil { blockSpeed = Self.takeSpeed(&cursor) }
                return nil
            }
            return readStatistics(cursor)
        case Byte.of("o"), Byte.of("p"): return readBlock(cursor)
        case Byte.of("I"): readInput(cursor)
        case Byte.of("D"): readDuration(cursor)
        case Byte.of("S"): readMapping(cursor)
        case Byte.of("O"): return readOutput(cursor)
        default: break
        }
        return nil
    }

    // MARK: What is done

    private mutating func readInput(_ start: ByteCursor) {
        var cursor = start
        guard cursor.take(text: "input #"), let number = cursor.takeWhole(), cursor.take(",")
        else { return }
        listsInputs = true
        guard number.digits == 0 else { return }
        total = nil
        encodes = false
        message = nil
        blockTime = nil
        hasBlocks = false
    }

    /// `Duration: 00:00:06.00, start: 0.000000, bitrate: 229 kb/s`
    private mutating func readDuration(_ start: ByteCursor) {
        var cursor = start
        guard listsInputs, cursor.take(text: "duration: "), let seconds = cursor.takeClock(),
            cursor.take(",")
        else { return }
        total = max(total ?? 0, seconds)
    }

    /// `Stream #0:0 -> #0:0 (h264 (native) -> h264 (libx264))`
    private mutating func readMapping(_ start: ByteCursor) {
        var cursor = start
        guard cursor.take(past: " -> #"), cursor.take(past: "-> ") else { return }
        // The encoders of analyses that end in `-f null -`.
        if !cursor.take(text: "wrapped_avframe"), !cursor.take(text: "pcm_") { encodes = true }
    }

    /// `Output #0, matroska, to 'out.mkv':`
    private mutating func readOutput(_ start: ByteCursor) -> Finding? {
        var cursor = start
        guard cursor.take(text: "output #0, ") else { return nil }
        var isNowhere = cursor.take(text: "null,")
        guard cursor.take(past: "to '") else { return nil }
        var name = ByteCursor(
            UnsafeRawBufferPointer(rebasing: cursor.rest.dropLast(2)))
        guard cursor.rest.suffix(2).elementsEqual("':".utf8) else { return nil }
        if name.take(text: "/dev/null") || name.take(text: "pipe:"), name.isAtEnd {
            isNowhere = true
        } else if name.take("-"), name.isAtEnd {
            isNowhere = true
        }
        listsInputs = false
        let followsFirstPass = isFirstPass
        isFirstPass = isNowhere && encodes
        if isFirstPass {
            message = "pass 1"
        } else if followsFirstPass {
            message = "pass 2"
        } else {
            message = isNowhere ? nil : MessageText.text(name.bytes)
        }
        return .phase(message, Self.source)
    }

    // MARK: How far it is

    private mutating func readStatistics(_ start: ByteCursor) -> Finding? {
        var cursor = start
        guard
            cursor.take(text: "frame=") || cursor.take(text: "size=")
                || cursor.take(text: "lsize=")
        else { return nil }
        var search = start
        let isLast = search.take(past: "lsize=")
        guard cursor.take(past: " time=") else { return nil }
        let time = cursor.takeClock()
        guard cursor.take(past: " bitrate=") else { return nil }
        // `time=N/A`, and the negative times of the first frames.
        guard let time, !hasBlocks else { return .nothing }
        let speed = cursor.take(past: "speed=") ? Self.takeSpeed(&cursor) : nil
        return .progress(reading(time: time, speed: speed, isLast: isLast))
    }

    private mutating func readBlock(_ start: ByteCursor) -> Finding? {
        var cursor = start
        if cursor.take(text: "out_time_us=") || cursor.take(text: "out_time_ms=") {
            blockTime = cursor.takeWhole().map { $0.value / 1_000_000 }
            return nil
        }
        guard cursor.take(text: "progress="), let time = blockTime else { return nil }
        let isLast = cursor.take(text: "end")
        guard isLast || cursor.take(text: "continue"), cursor.isAtEnd else { return nil }
        hasBlocks = true
        let reading = reading(time: time, speed: blockSpeed, isLast: isLast)
        blockTime = nil
        blockSpeed = nil
        if isLast { total = nil }
        return .progress(reading)
    }

    private mutating func reading(time: Double, speed: Double?, isLast: Bool) -> Progress {
        if let known = total, time > known + max(1, known / 50) { total = nil }
        var done = time
        if let total { done = isLast && total - time < 0.5 ? total : min(time, total) }
        return Progress(
            done: done, total: total, unit: "seconds", message: message, rate: speed,
            source: Self.source)
    }

    /// `1.02x`, ` 0.4x`, `1.23e+03x`; nothing for `N/A` and zero.
    private static func takeSpeed(_ cursor: inout ByteCursor) -> Double? {
        cursor.takeBlanks()
        guard var speed = cursor.takeDecimal()?.value else { return nil }
        if cursor.take(text: "e+"), let exponent = cursor.takeWhole(), exponent.digits < 12 {
            for _ in 0..<exponent.digits { speed *= 10 }
        }
        return cursor.take("x") && speed > 0 ? speed : nil
    }
}
