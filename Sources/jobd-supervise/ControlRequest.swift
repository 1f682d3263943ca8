/// What the daemon can ask of a supervisor.
enum ControlRequest {
    /// `cancel SIGNO GRACE_US`: end the command, first by that signal, and after
    /// that many microseconds by SIGKILL.
    case cancel(signal: Int32, grace: Int64)

    /// Nil if the line is no request; a newer daemon may know more of them.
    init?(line: UnsafeRawBufferPointer) {
        var words = Words(line)
        guard let verb = words.next() else { return nil }
        if verb.spells("cancel") {
            guard
                let signal = words.next().flatMap(Decimal.parse), (1...64).contains(signal),
                let grace = words.next().flatMap(Decimal.parse), words.next() == nil
            else { return nil }
            self = .cancel(signal: Int32(signal), grace: grace)
        } else {
            return nil
        }
    }
}

/// The words of a line, separated by single spaces.
struct Words {
    private var rest: UnsafeRawBufferPointer
    private var isOver = false

    init(_ line: UnsafeRawBufferPointer) {
        rest = line
    }

    /// The next word; nil after the last one.
    mutating func next() -> UnsafeRawBufferPointer? {
        if isOver { return nil }
        var length = 0
        while length < rest.count, rest[length] != 0x20 { length += 1 }
        let word = UnsafeRawBufferPointer(rebasing: rest[..<length])
        if length == rest.count {
            isOver = true
        } else {
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
        }
        return word
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are this word.
    func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != word.utf8Start[index] { return false }
        return true
    }
}
