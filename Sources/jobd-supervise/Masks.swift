import CLinux

/// The values that must not get into the journal, and how they are found.
///
/// The tests of JobRunner have this file, too: its program cannot be linked to
/// them.
struct Masks {
    /// A shorter value would be found in too much that is something else.
    static let shortest = 4
    /// What may be held back while it is not known whether it begins one of them:
    /// the journal's buffer holds it twice.
    static let longest = 32_768
    /// How many bytes are looked through at once.
    static let capacity = 65_536

    private struct Pattern {
        let bytes: UnsafePointer<UInt8>
        let length: Int
        /// Which other begins with the same byte: its place, or -1.
        let next: Int
    }

    private var patterns: [Pattern] = []
    /// For each byte the pattern that begins with it: its place, or -1.
    private var heads = [Int](repeating: -1, count: 256)
    /// The length of the longest pattern.
    private(set) var reach = 0
    /// What `mark` found of each byte.
    let cover: UnsafeMutablePointer<UInt8>

    /// What is in `cover`.
    enum Cover {
        static let none: UInt8 = 0
        /// It belongs to the same as the byte before it.
        static let goesOn: UInt8 = 1
        /// It is the first of its kind.
        static let begins: UInt8 = 2
    }

    /// Nothing, so far.
    init() {
        cover = .allocate(capacity: Self.capacity)
    }

    /// Adds a value, and each line of one that has several: a terminal ends them
    /// in another way, and many programs indent them. False if it is too long.
    mutating func add(_ value: UnsafePointer<CChar>) -> Bool {
        let length = strlen(value)
        guard length <= Self.longest else { return false }
        let bytes = UnsafeRawPointer(value).assumingMemoryBound(to: UInt8.self)
        add(bytes, length)
        var start = 0
        for index in 0...length where index == length || bytes[index] == 0x0a {
            var end = index
            while end > start, bytes[end - 1] == 0x0d { end -= 1 }
            if end - start < length { add(bytes + start, end - start) }
            start = index + 1
        }
        return true
    }

    private mutating func add(_ bytes: UnsafePointer<UInt8>, _ length: Int) {
        guard length >= Self.shortest else { return }
        let first = Int(bytes[0])
        patterns.append(Pattern(bytes: bytes, length: length, next: heads[first]))
        heads[first] = patterns.count - 1
        reach = max(reach, length)
    }

    /// Notes in `cover`, where nothing is noted yet or that it goes on, which of the
    /// bytes belong to a pattern that is there as a whole.
    ///
    /// - Returns: how many bytes at the end may begin one that is not whole yet.
    func mark(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var rest = 0
        for index in 0..<count {
            var place = heads[Int(bytes[index])]
            while place >= 0 {
                let pattern = patterns[place]
                let length = min(pattern.length, count - index)
                if memcmp(bytes + index, pattern.bytes, length) == 0 {
                    if length == pattern.length {
                        if cover[index] == Cover.none { cover[index] = Cover.begins }
                        memset(cover + index + 1, Int32(Cover.goesOn), length - 1)
                    } else {
                        rest = max(rest, length)
                    }
                }
                place = pattern.next
            }
        }
        return rest
    }
}
