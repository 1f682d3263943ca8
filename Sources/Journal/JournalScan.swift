/// How far a scan of a journal went, and why not further.
package struct JournalScan: Hashable, Sendable {
    /// Why a scan stopped.
    package enum Stop: Hashable, Sendable {
        /// As asked for; there may be more.
        case limit
        /// At the file's end, which is also a frame's.
        case end
        /// The frame at `next` is not all there: it is being written, or its
        /// writer was killed.
        case incomplete
        /// What is at `next` is no frame.
        case corrupt
    }

    /// Where the next scan goes on: the end of the last frame that was seen.
    package let next: UInt64
    package let stop: Stop

    package init(next: UInt64, stop: Stop) {
        self.next = next
        self.stop = stop
    }
}
