/// One frame and a copy of its payload.
package struct JournalRecord: Hashable, Sendable {
    package let frame: JournalFrame
    package let payload: [UInt8]

    package init(frame: JournalFrame, payload: [UInt8]) {
        self.frame = frame
        self.payload = payload
    }
}
