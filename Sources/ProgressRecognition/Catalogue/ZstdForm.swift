import JobModel

/// zstd(1): on a terminal, or with `--progress`; with `-v` more of it.
///
///     Read:  1.25 MiB /  18.0 MiB ==>  7%
///     Compress: 1/3 files. Current: f1.txt Read:   768 KiB /  13.6 MiB ==>  7%
///     (L15) Buffered:    0 B - Consumed: 1.62 MiB - Compressed:  129 KiB => 7.75%
///     big.zst              : 12.3 MiB...
///     big.txt              :  7.89%   (  18.0 MiB =>   1.42 MiB, big.txt.zst)
///
/// The percentages are the size that is left by compression, never progress:
/// that is the bytes read. When it decompresses, the bytes are those written, and
/// the total is not known. Of several files, the counts are those of the one
/// that is named. The last line ends a file; it is the end of a progress only
/// if there was one (fileio.c, FIO_compressZstdFrame()).
struct ZstdForm: LineForm {
    static let source = ProgressSource(rawValue: "zstd")

    let triggers = LineTriggers(
        prefixes: ["read", "compress: ", "decompress: "], last: ".", percent: true)
    private var isUnderWay = false
    private var total: Double?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("R"):
            return uncompressed(&cursor, message: nil)
        case Byte.of("C"), Byte.of("D"):
            if let finding = several(line) { return finding }
        case Byte.of("("):
            if let finding = consumed(&cursor) { return finding }
        default: break
        }
        switch line.bytes[line.bytes.count - 1] {
        case Byte.of("."): return written(line)
        case Byte.of(")"): return summary(line)
        default: return nil
        }
    }

    /// `Read:  1.25 MiB /  18.0 MiB ==>  7%`
    private mutating func uncompressed(_ cursor: inout ByteCursor, message: String?) -> Finding? {
        guard cursor.take(text: "read") else { return nil }
        _ = cursor.take(" ")
        guard cursor.take(":") else { return nil }
        cursor.takeBlanks()
        guard let done = cursor.takeSize(kilo: 1024) else { return nil }
        cursor.takeBlanks()
        total = nil
        if cursor.take("/") {
            cursor.takeBlanks()
            total = cursor.takeSize(kilo: 1024)
            guard total != nil else { return nil }
            cursor.takeBlanks()
        }
        guard cursor.take(text: "==>") else { return nil }
        isUnderWay = true
        return .progress(
            Progress(done: done, total: total, unit: "bytes", message: message, source: Self.source)
        )
    }

    /// `Compress: 1/3 files. Current: f1.txt Read: …`,
    /// `Decompress: 1/3 files. Current: f1.zst : 12.3 MiB...`
    private mutating func several(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.take(text: "compress: ") || cursor.take(text: "decompress: ") else {
            return nil
        }
        cursor.takeBlanks()
        guard cursor.takeWhole() != nil, cursor.take("/"), cursor.takeBlanks() < 3,
            cursor.takeWhole() != nil, cursor.take(text: " files. current: ")
        else { return nil }
        cursor.takeBlanks()
        let start = cursor.position
        while !cursor.isAtEnd {
            let name = cursor.taken(since: start)
            if cursor.take(text: " read") {
                cursor.position -= 4
                return uncompressed(&cursor, message: MessageText.text(name))
            }
            if cursor.take(text: " : ") {
                return written(&cursor, message: MessageText.text(name))
            }
            cursor.position += 1
        }
        return nil
    }

    /// `(L15) Buffered:    0 B - Consumed: 1.62 MiB - Compressed: …`
    private mutating func consumed(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.take(text: "(l") else { return nil }
        _ = cursor.take("-")
        guard cursor.takeWhole() != nil, cursor.take(text: ") buffered") else { return nil }
        while !cursor.isAtEnd, !cursor.take(text: "consumed") { cursor.position += 1 }
        cursor.takeBlanks()
        guard cursor.take(":") else { return nil }
        cursor.takeBlanks()
        guard let done = cursor.takeSize(kilo: 1024), cursor.take(text: " - compressed") else {
            return nil
        }
        isUnderWay = true
        total = nil
        return .progress(Progress(done: done, unit: "bytes", source: Self.source))
    }

    /// `big.zst              : 12.3 MiB...`
    private mutating func written(_ line: Line) -> Finding? {
        let bytes = line.bytes
        guard line.isRedrawn, bytes.count > line.indent + 8,
            let colon = bytes.lastIndex(of: Byte.of(":")), colon > line.indent,
            bytes[colon - 1] == Byte.space
        else { return nil }
        var cursor = ByteCursor(bytes, at: colon + 2)
        let name = UnsafeRawBufferPointer(rebasing: bytes[line.indent..<(colon - 1)])
        return written(&cursor, message: MessageText.text(name))
    }

    private mutating func written(_ cursor: inout ByteCursor, message: String?) -> Finding? {
        cursor.takeBlanks()
        guard let done = cursor.takeSize(kilo: 1024), cursor.take(text: "..."), cursor.isAtEnd
        else {
            return nil
        }
        isUnderWay = true
        total = nil
        // Which is all it shows of a small file.
        if done == 0 { return .phase(message, Self.source) }
        return .progress(
            Progress(done: done, unit: "bytes", message: message, source: Self.source))
    }

    /// `big.txt   :  7.89%   (  18.0 MiB =>   1.42 MiB, big.txt.zst)`
    private mutating func summary(_ line: Line) -> Finding? {
        let bytes = line.bytes
        guard let sign = bytes.lastIndex(of: Byte.percent), sign > line.indent + 4 else {
            return nil
        }
        var cursor = ByteCursor(bytes, at: sign + 1)
        guard cursor.takeBlanks() > 0, cursor.take("(") else { return nil }
        cursor.takeBlanks()
        guard let size = cursor.takeSize(kilo: 1024), cursor.takeBlanks() > 0,
            cursor.take(text: "=>")
        else { return nil }
        var before = sign
        while before > line.indent, Byte.isDigit(bytes[before - 1]) || bytes[before - 1] == 0x2E {
            before -= 1
        }
        while before > line.indent, Byte.isBlank(bytes[before - 1]) { before -= 1 }
        guard before > line.indent + 1, bytes[before - 1] == Byte.of(":") else { return nil }
        let name = MessageText.text(
            UnsafeRawBufferPointer(rebasing: bytes[line.indent..<(before - 1)]))
        guard isUnderWay else { return .nothing }
        isUnderWay = false
        // After several files it is all of them, which is not what was counted.
        guard size == total ?? size else {
            return .progress(Progress(fraction: 1, message: name, source: Self.source))
        }
        return .progress(
            Progress(done: size, total: size, unit: "bytes", message: name, source: Self.source))
    }
}
