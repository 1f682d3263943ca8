import Dispatch

/// Runs tasks one after the other, so that a test knows when each of them has
/// come as far as it can.
final class SerialTaskExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "jobd.test.serial")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Returns when everything enqueued so far has run.
    func drain() async {
        await withCheckedContinuation { drained in queue.async { drained.resume() } }
    }
}
