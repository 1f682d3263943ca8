/// Tells which of the files that a job has open it is reading from beginning to
/// end: the largest one, as progress(1) does, since the largest is what takes the
/// time.
///
/// A position alone proves nothing: databases jump about, programs read a header
/// and leave the rest, logs grow as they are read. So a file counts
///
/// - once its position was seen to rise twice, without falling in between;
/// - as long as its size stays the same, so that there is a total: a file that is
///   being written begins anew with each look;
/// - as long as it has risen within the last ten looks, and once more when it has
///   reached its end: then others may have their turn;
/// - until its position has fallen a second time. Once is another pass, twice is
///   access at random, and then the file is left out until it is opened again. A
///   step back of up to a twentieth of the file does not count, and the position
///   then is the furthest there was: formats with parts to be read side by side
///   make readers skip to and fro.
package struct SequentialReads: Sendable {
    private struct Track {
        var file: OpenFile
        /// How often its position rose since it fell.
        var rises = 0
        var falls = 0
        /// The look at which it rose last.
        var risen = 0
    }

    /// How often a position must rise.
    private static let proof = 2
    /// How often it may not fall.
    private static let disproof = 2
    /// For how many looks a file that stands still is still being read.
    private static let patience = 10

    private var tracks: [OpenFile.ID: Track] = [:]
    private var looks = 0

    package init() {}

    /// Takes what is open now.
    ///
    /// - Parameter files: of files that are as large as each other the first is
    ///   preferred, so they should always come in the same order.
    /// - Returns: the file that is being read; nil if there is none.
    package mutating func look(at files: [OpenFile]) -> OpenFile? {
        looks += 1
        var present: [OpenFile.ID: Track] = [:]
        var largest: OpenFile?
        for file in files {
            let track = next(of: tracks[file.id], file)
            present[file.id] = track
            if isBeingRead(track), track.file.size > largest?.size ?? 0 { largest = track.file }
        }
        tracks = present
        return largest
    }

    private func next(of track: Track?, _ file: OpenFile) -> Track {
        guard var track else { return Track(file: file) }
        let before = track.file
        if file.size != before.size {
            track.rises = 0
        } else if file.position > before.position {
            track.rises += 1
            track.risen = looks
        } else if file.position < before.position - before.size / 20 {
            track.rises = 0
            track.falls += 1
        } else {
            return track
        }
        track.file = file
        return track
    }

    private func isBeingRead(_ track: Track) -> Bool {
        guard track.rises >= Self.proof, track.falls < Self.disproof else { return false }
        return track.risen == looks
            || (track.file.position < track.file.size && looks - track.risen <= Self.patience)
    }
}
