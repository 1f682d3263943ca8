import ProgressRecognition

/// A piece of what something has written.
struct OutputPart: Equatable {
    /// Where it was written.
    var channel: OutputChannel
    /// When, in microseconds from the beginning.
    var time: Int64
    var bytes: [UInt8]
}
