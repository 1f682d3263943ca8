import CLinux

/// What the daemon can ask of a supervisor.
enum ControlRequest {
    /// `cancel SIGNO GRACE_US`: end the command, first by that signal, and after
    /// that many microseconds by SIGKILL.
    case cancel(signal: Int32, grace: Int64)
    /// `input SIZE`: that many bytes of the input's file may be passed on.
    /// `input-end SIZE`: and nothing comes after them.
    case input(InputExtent)
    /// `signal SIGNO`: send it to the command; `signal-tree SIGNO`: to all of the
    /// job's processes.
    case signal(Int32, wholeTree: Bool)
    /// `pause`: stop all of the job's processes and its clocks.
    case pause
    /// `resume`: let them go on.
    case resume

    /// Nil if the line is no request; a newer daemon may know more of them.
    init?(line: UnsafeRawBufferPointer) {
        var words = Words(line)
        guard let verb = words.next() else { return nil }
        if verb.spells("cancel") {
            guard let signal = words.nextSignal(), let grace = words.nextNumber() else {
                return nil
            }
            self = .cancel(signal: signal, grace: grace)
        } else if verb.spells("input") || verb.spells("input-end") {
            guard let size = words.nextNumber() else { return nil }
            self = .input(InputExtent(size: UInt64(size), isEnd: verb.spells("input-end")))
        } else if verb.spells("signal") || verb.spells("signal-tree") {
            guard let signal = words.nextSignal() else { return nil }
            self = .signal(signal, wholeTree: verb.spells("signal-tree"))
        } else if verb.spells("pause") {
            self = .pause
        } else if verb.spells("resume") {
            self = .resume
        } else {
            return nil
        }
        if words.next() != nil { return nil }
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

    /// The next word as a number; nil if it is none.
    mutating func nextNumber() -> Int64? {
        next().flatMap(Decimal.parse)
    }

    /// The next word as a signal's number; nil if it is none.
    mutating func nextSignal() -> Int32? {
        guard let number = nextNumber(), (1...64).contains(number) else { return nil }
        return Int32(number)
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
