import Dispatch
import JobModel
import JobRunner
import JobStore

/// Progress of jobs that print none and ask for it (`watch_files`): once a
/// second their processes' open files are looked at.
///
/// These readings are stored like others, since they are measured, but they are
/// not derived from the journal. What that asks for:
///
/// - *What the job prints wins.* The first reading with a number in it that is
///   recognised in the output ends the watching of the attempt for good
///   (`Follower.fileProgress` becomes nil), and before a reading from files is
///   taken the journal is read to its end. So it never comes after one that was
///   printed before, neither while the job runs nor when, after a restart, the
///   journal is read again from its beginning.
/// - *It is fenced like the others.* It goes the same way: through the readings
///   of a follower that is not at its end, in order with those derived, and
///   through `Store.record`, which looks at attempt and state. So it never comes
///   after the end, nor into another attempt.
/// - *The place in the journal stays true.* It is stored together with whatever
///   was derived up to there, with or without a reading from files.
/// - *It is not the tracker's.* After a restart a tracker must know its own newest
///   reading, so `ActiveAttempt.newestReading` passes over those from files. What
///   the files told before is not remembered: a file has to rise again.
extension Scheduler {
    /// Looks at the files of the jobs that are watched, from now on, for as long
    /// as there are any that run.
    func watchFiles() {
        guard !isWatchingFiles, followers.values.contains(where: \.isFileWatched) else { return }
        isWatchingFiles = true
        later(milliseconds: Self.fileInterval) { $0.lookAtFiles() }
    }

    private func lookAtFiles() {
        let trees = followers.values.filter(\.isFileWatched).compactMap { follower in
            follower.supervisor.map { (attempt: follower.attempt, supervisor: $0) }
        }
        let clock = now
        // Elsewhere, since it takes long with many processes, and may hang with
        // a file system that does.
        fileQueue.async {
            let looks = trees.map { tree in
                let time = clock()
                return (tree.attempt, OpenFiles.read(below: tree.supervisor), time)
            }
            self.queue.async {
                self.assumeIsolated { scheduler in
                    guard !scheduler.isStopped else { return }
                    for (attempt, files, time) in looks {
                        scheduler.take(files, of: attempt, at: time)
                    }
                    scheduler.isWatchingFiles = false
                    scheduler.watchFiles()
                }
            }
        }
    }

    private func take(_ files: [OpenFile], of attempt: AttemptID, at time: Timestamp) {
        // Others first; and none while some cannot be stored, since they would
        // heap up.
        guard pump(attempt), let follower = followers[attempt], follower.isFileWatched,
            follower.readings.isEmpty, !follower.isWriting,
            let reading = follower.takeFiles(files, at: time)
        else { return }
        follower.readings.append(reading)
        store(follower)
    }

    /// In milliseconds.
    private static let fileInterval = 1000
}
