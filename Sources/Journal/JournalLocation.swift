/// A place in the output: where to go on reading.
package struct JournalLocation: Hashable, Sendable {
    /// The frame's offset in the file.
    package let offset: UInt64
    /// How many bytes of its payload come before the place.
    package let skip: Int
    /// How many bytes of output, of both streams, come before the place.
    package let position: UInt64

    package init(offset: UInt64, skip: Int, position: UInt64) {
        self.offset = offset
        self.skip = skip
        self.position = position
    }
}
