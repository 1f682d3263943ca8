import CLinux

/// A user and the groups that go with it, by their numbers.
struct Credentials {
    let user: uid_t
    let group: gid_t
    /// All further groups; what this process is in does not count.
    let groups: [gid_t]

    /// Reads `UID:GID:` and any number of further groups, with commas between them;
    /// nil if these are no such words.
    init?(_ text: UnsafePointer<CChar>) {
        var numbers: [UInt32] = []
        var fields = 0
        var start = 0
        let length = strlen(text)
        for index in 0...length {
            let end = index == length ? 0 : text[index]
            guard end == 0 || end == 0x3a || end == 0x2c else { continue }
            let bytes = UnsafeRawBufferPointer(start: text + start, count: index - start)
            if !(bytes.isEmpty && fields == 2 && numbers.count == 2) {
                // The last number of all means "none" to setresuid(2).
                guard let number = Decimal.parse(bytes), number < UInt32.max else { return nil }
                numbers.append(UInt32(number))
            }
            if end == 0x3a { fields += 1 }
            // Colons after the first two numbers, commas after those.
            guard end == 0 || (end == 0x3a) == (numbers.count <= 2) else { return nil }
            start = index + 1
        }
        guard fields == 2, numbers.count >= 2 else { return nil }
        user = numbers[0]
        group = numbers[1]
        groups = [gid_t](numbers[2...])
    }
}
