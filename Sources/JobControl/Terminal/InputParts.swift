/// What a descriptor brings, part by part, after a beginning that has been read
/// already.
struct InputParts: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    let start: [UInt8]
    let reader: DescriptorReader

    /// An iterator; there can be only one, since what was read is gone.
    func makeAsyncIterator() -> Iterator {
        Iterator(start: start, reader: reader)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var start: [UInt8]
        fileprivate let reader: DescriptorReader

        /// The next part; nil at the end.
        mutating func next() async throws -> [UInt8]? {
            if !start.isEmpty {
                defer { start = [] }
                return start
            }
            let part = try await reader.read()
            return part.isEmpty ? nil : part
        }
    }
}
