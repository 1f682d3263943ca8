/// The part of a body that a `Range` header asks for (RFC 9110 §14.1.2).
enum ByteRange: Hashable {
    /// All of it: there is no such header, or one that this server may ignore.
    case whole
    case part(Range<UInt64>)
    case unsatisfiable

    /// Reads the header for a body of `size` bytes.
    ///
    /// Several ranges in one request may be answered with the whole (§14.2), as
    /// may a header that is malformed.
    init(_ header: String?, size: UInt64) {
        guard let header, header.lowercased().hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let bounds = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2 else {
            self = .whole
            return
        }
        switch (UInt64(bounds[0]), UInt64(bounds[1])) {
        case (let first?, let last?) where first <= last:
            self =
                first < size
                ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        case (let first?, nil) where bounds[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let length?) where bounds[0].isEmpty:
            self =
                length > 0 && size > 0
                ? .part((size - min(length, size))..<size) : .unsatisfiable
        default:
            self = .whole
        }
    }
}
