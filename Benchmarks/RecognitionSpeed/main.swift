// Reads standard input as the output of a job, and says how many readings of
// progress were in it: what recognition costs, and nothing else.

import Glibc
import JobModel
import ProgressRecognition

var tracker = ProgressTracker(intervalMicroseconds: 100_000, resumed: nil)
let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 64)
var readings = 0
// As if the pieces came a millisecond apart: a fast job.
var time: Int64 = 0
while true {
    let count = read(STDIN_FILENO, buffer.baseAddress, buffer.count)
    guard count > 0 else { break }
    time += 1000
    tracker.consume(
        UnsafeRawBufferPointer(rebasing: buffer[..<count]), from: .stdout,
        at: Timestamp(microseconds: time)
    ) { _, _ in readings += 1 }
}
tracker.finish(at: Timestamp(microseconds: time)) { _, _ in readings += 1 }
print(readings)
