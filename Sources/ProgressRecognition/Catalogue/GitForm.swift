import JobModel

/// git(1) with `--progress`, or on a terminal: clone, fetch, push, gc, checkout,
/// fsck and the rest; also git-lfs(1), which prints alike.
///
///     remote: Counting objects:  12% (15/117)
///     Receiving objects:  51% (61/118), 1.33 MiB | 664.00 KiB/s
///     Updating files: 100% (50/50), done.
///     Enumerating objects: 118, done.
///
/// Each phase counts from 0 to 100 % and is the message. The bytes and their
/// speed are left out: what is counted is objects, deltas or files. git rounds
/// the percentage down and pads it to three places (progress.c, display()),
/// which is checked, so that `Statements: 87.5% (7/8)` is not mistaken. git-lfs
/// takes it from the bytes instead (tq/meter.go), so there it stands alone.
struct GitForm: LineForm {
    static let source = ProgressSource(rawValue: "git")

    let triggers = LineTriggers(prefixes: [
        "building ", "checking ", "clearing ", "collecting ", "compressing ", "computing ",
        "counting ", "downloading lfs", "enumerating ", "expanding ", "filtering content",
        "finding ", "indexing ", "loading ", "marking ", "merging ", "performing ",
        "propagating ", "receiving ", "refreshing ", "remote: ", "removing ", "resolving ",
        "reusing ", "scanning ", "searching ", "selecting ", "traversing ", "unpacking ",
        "updating ", "uploading lfs", "verifying ", "writing ",
    ])

    /// The phases of which no total is known.
    private static let endless: [StaticString] = [
        "enumerating objects", "counting objects", "checking connectivity",
        "collecting referenced commits", "expanding reachable commits in commit graph",
        "enumerating cruft objects", "traversing cruft objects",
    ]

    func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        _ = cursor.take(text: "remote: ")
        let start = cursor.position
        while Byte.isLetter(cursor.next) || Byte.isDigit(cursor.next)
            || cursor.next == Byte.space || cursor.next == Byte.of("-")
        {
            cursor.position += 1
        }
        let title = cursor.taken(since: start)
        let colon = cursor.position
        guard title.count >= 8, title.contains(Byte.space), cursor.take(":"),
            cursor.takeBlanks() > 0,
            let number = cursor.takeWhole()
        else { return nil }
        if cursor.take("%") {
            guard cursor.position - colon == 6 else { return nil }
            return Self.counted(number, of: title, at: &cursor)
        }
        guard line.isWhole || !cursor.isAtEnd, Self.ends(&cursor),
            Self.endless.contains(where: { Self.isText($0, title) })
        else { return nil }
        return .progress(
            Progress(
                done: number.value, unit: Self.unit(of: title), message: MessageText.text(title),
                source: Self.source))
    }

    /// What follows the `%`.
    private static func counted(
        _ percentage: Decimal, of title: UnsafeRawBufferPointer, at cursor: inout ByteCursor
    ) -> Finding? {
        guard cursor.take(" "), cursor.take("("), let done = cursor.takeWhole(), cursor.take("/"),
            let total = cursor.takeWhole(), cursor.take(")"), ends(&cursor),
            percentage.hundredth <= 1, total.digits > 0, done.digits <= total.digits
        else { return nil }
        var words = ByteCursor(title)
        _ = words.takeLetters()
        let isLFS = words.take(text: " lfs ")
        guard isLFS || done.digits &* 100 / total.digits == percentage.digits else { return nil }
        return .progress(
            Progress(
                fraction: isLFS ? percentage.hundredth : nil, done: done.value,
                total: total.value, unit: unit(of: title), message: MessageText.text(title),
                source: Self.source))
    }

    /// Whether the counter ends here, or bytes or `done.` follow.
    private static func ends(_ cursor: inout ByteCursor) -> Bool {
        cursor.isAtEnd || cursor.take(text: ", ")
    }

    private static func isText(_ text: StaticString, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(bytes)
        return cursor.take(text: text) && cursor.isAtEnd
    }

    /// The unit a phase counts, where its title says so. While it removes or
    /// checks objects, git counts the 256 folders they are in.
    private static func unit(of title: UnsafeRawBufferPointer) -> String? {
        var start = ByteCursor(title)
        if start.take(text: "filtering content") { return "files" }
        let countsFolders = start.take(text: "removing ") || start.take(text: "checking ")
        func ends(in word: StaticString) -> Bool {
            var cursor = ByteCursor(title, at: title.count - word.utf8CodeUnitCount)
            return cursor.position >= 0 && cursor.take(text: word)
        }
        if ends(in: " files") { return "files" }
        if ends(in: " deltas") { return "deltas" }
        if ends(in: " commits") { return "commits" }
        return ends(in: " objects") && !countsFolders ? "objects" : nil
    }
}
