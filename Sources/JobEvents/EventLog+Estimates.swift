import Dispatch
import JobAPI
import JobModel
import JobStore
import Synchronization

/// Telling readers between the events how far a job may be that tells nothing
/// itself. All of it is done on `queue`; there is a timer only while somebody reads
/// the stream of such a job and its estimate will change.
extension EventLog {
    /// Looks whether there is an estimate for a ring that is new.
    func beginEstimating(_ key: RingKey, _ ring: EventRing) {
        lookForEstimate(key, ring)
        sayEstimate(key, ring)
    }

    /// Takes into account what has happened to a ring's job.
    func reviseEstimate(_ key: RingKey, _ ring: EventRing, after events: [Event]) {
        guard !events.isEmpty else { return }
        let mustLook = ring.estimation.withLock { estimation in
            var mustLook = false
            for event in events {
                switch event.content {
                // An attempt begins, stands still or goes on.
                case .state(let change) where change.state.isActive: mustLook = true
                case .state, .end:
                    mustLook = false
                    estimation.end()
                case .action: break
                case .progress(let progress) where progress.isMeasured: estimation.end()
                case .progress(let progress):
                    guard var estimate = estimation.estimate else { continue }
                    estimate.message = progress.message
                    estimation.begin(estimate, at: .now(), interval: estimateInterval)
                }
            }
            return mustLook
        }
        if mustLook { lookForEstimate(key, ring) }
        sayEstimate(key, ring)
    }

    private func lookForEstimate(_ key: RingKey, _ ring: EventRing) {
        guard case .job(let id) = key.scope else { return }
        let estimate: Estimate?
        do {
            estimate = try store.estimateBlocking(for: id)
        } catch {
            // Nobody is promised one; the next change of state looks again.
            estimate = nil
        }
        ring.estimation.withLock { estimation in
            if let estimate {
                estimation.begin(estimate, at: .now(), interval: estimateInterval)
            } else {
                estimation.end()
            }
        }
    }

    /// Says what is due, and sees to it that what comes next is said in its time.
    private func sayEstimate(_ key: RingKey, _ ring: EventRing) {
        let (said, due) = ring.estimation.withLock { estimation in
            let said = estimation.speak(at: .now(), store.now(), interval: estimateInterval)
            return (said, estimation.due)
        }
        if let said {
            var bytes: [UInt8] = []
            key.encoding.append(estimate: said.reading, of: said.attempt, to: &bytes)
            ring.post(bytes, after: tail.withLock { $0 })
        }
        if let due { setEstimateTimer(due) }
    }

    /// One timer for all rings, set for the first that has something to say.
    private func setEstimateTimer(_ due: DispatchTime) {
        let isEarlier = estimateTimer.withLock { timer in
            if let timer, timer <= due { return false }
            timer = due
            return true
        }
        guard isEarlier else { return }
        queue.asyncAfter(deadline: due) { [weak self] in
            guard let self else { return }
            let isLatest = estimateTimer.withLock { timer in
                // One that was set before, for later, is of no use any more.
                guard timer == due else { return false }
                timer = nil
                return true
            }
            guard isLatest else { return }
            forEachRing { if $0.isEstimated { self.sayEstimate($0, $1) } }
        }
    }
}
