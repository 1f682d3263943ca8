/// Finding and comparing text in a line.
extension ByteCursor {
    /// Steps over `text` if it is next, in exactly these cases.
    @inline(__always)
    mutating func take(exactly text: StaticString) -> Bool {
        guard isNext(text) else { return false }
        position &+= text.utf8CodeUnitCount
        return true
    }

    /// Steps to the end of the first `text` from here on; false, and nothing
    /// stepped over, when there is none.
    mutating func skip(past text: StaticString) -> Bool {
        guard let place = place(of: text) else { return false }
        position = place &+ text.utf8CodeUnitCount
        return true
    }

    /// Where the first `text` from here on begins.
    func place(of text: StaticString) -> Int? {
        var cursor = self
        let last = bytes.count &- text.utf8CodeUnitCount
        let first = text.utf8Start[0]
        while cursor.position <= last {
            if cursor.next == first, cursor.isNext(text) { return cursor.position }
            cursor.position &+= 1
        }
        return nil
    }

    /// The bytes from here up to `end`.
    func bytes(upTo end: Int) -> UnsafeRawBufferPointer {
        var cursor = self
        cursor.position = end
        return cursor.taken(since: position)
    }

    /// Whether `text` is next, in exactly these cases.
    func isNext(_ text: StaticString) -> Bool {
        guard position &+ text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount where peek(index) != text.utf8Start[index] {
            return false
        }
        return true
    }
}
