import NIOCore

/// A time by which something has to have happened, on a connection's event loop.
/// Moving it, as each request does, costs next to nothing: the timer that is set
/// looks, when it goes off, whether it still has to.
final class Deadline {
    private let loop: any EventLoop
    private var time: NIODeadline?
    private var timer: Scheduled<Void>?
    /// When that goes off, which may be earlier than what is wanted, never later.
    private var timerTime: NIODeadline?
    /// What is done when the time has come.
    var onExpiry: (() -> Void)?

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// Sets the time; a former one counts no more.
    func set(_ amount: TimeAmount) {
        let time = loop.now + amount
        if let timerTime, time < timerTime {
            timer?.cancel()
            timer = nil
        }
        self.time = time
        if timer == nil { schedule(time) }
    }

    /// Nothing has to happen any more.
    func cancel() {
        time = nil
    }

    /// Ends it for good: nothing is left on the event loop.
    func stop() {
        time = nil
        onExpiry = nil
        timer?.cancel()
        timer = nil
        timerTime = nil
    }

    private func schedule(_ time: NIODeadline) {
        let bound = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleTask(deadline: time) { bound.value.look() }
        timerTime = time
    }

    private func look() {
        timer = nil
        timerTime = nil
        guard let time else { return }
        if time > loop.now { return schedule(time) }
        self.time = nil
        onExpiry?()
    }
}
