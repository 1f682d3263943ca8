import JobEvents
import Testing

/// A wake-up is never slept through, whatever happens at the same time.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BellTests {
    /// Waits until `isThere`, as every reader does: count, look, wait.
    private func wait(
        _ bell: Bell, _ listener: Listener, until isThere: () -> Bool
    ) async -> Listener.Sound {
        await withTaskCancellationHandler {
            while true {
                let count = bell.count
                if isThere() { return .rung }
                if await bell.wait(past: count, listener) == .closed { return .closed }
            }
        } onCancel: {
            listener.close()
        }
    }

    /// One hands something over and rings; the other looks and sleeps. Were one
    /// ring in all these turns lost, this would not end.
    @Test func aRingBetweenTheLookAndTheSleepIsNotLost() async {
        let turns = 5000
        let there = Bell()
        let back = Bell()
        let handed = Shared(0)
        let taken = Shared(0)
        await withTaskGroup(of: Listener.Sound.self) { group in
            group.addTask {
                let listener = Listener()
                for turn in 1...turns {
                    let sound = await wait(there, listener) {
                        handed.value >= turn
                    }
                    if sound == .closed { return .closed }
                    taken.set(turn)
                    back.ring()
                }
                return .rung
            }
            group.addTask {
                let listener = Listener()
                for turn in 1...turns {
                    handed.set(turn)
                    there.ring()
                    let sound = await wait(back, listener) {
                        taken.value >= turn
                    }
                    if sound == .closed { return .closed }
                }
                return .rung
            }
            for await sound in group { #expect(sound == .rung) }
        }
        #expect(taken.value == turns)
    }

    /// Many ring, many wait, and signs of life come in between.
    @Test func amongManyRingsAndBeatsNoneIsLost() async {
        let bell = Bell()
        let rung = Shared(0)
        let isOver = Shared(false)
        let ringers = 8
        let turns = 1000
        await withTaskGroup(of: Listener.Sound.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    await wait(bell, Listener()) {
                        rung.value == ringers * turns
                    }
                }
            }
            group.addTask {
                while !isOver.value, !Task.isCancelled {
                    bell.beat()
                    await Task.yield()
                }
                return .rung
            }
            await withTaskGroup(of: Void.self) { ringing in
                for _ in 0..<ringers {
                    ringing.addTask {
                        for turn in 0..<turns {
                            rung.increment()
                            bell.ring()
                            if turn % 16 == 0 { await Task.yield() }
                        }
                    }
                }
            }
            isOver.set(true)
            for await sound in group { #expect(sound == .rung) }
        }
        #expect(bell.count == UInt64(ringers * turns))
    }

    /// A connection that is gone while events rush in: its reader hears of it,
    /// and from then on of nothing else.
    @Test func aCloseIsHeardWhateverElseSounds() async {
        for _ in 0..<1000 {
            let bell = Bell()
            let listener = Listener()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while await bell.wait(past: bell.count, listener) != .closed {}
                    #expect(listener.isClosed)
                    bell.ring()
                    bell.beat()
                    #expect(await bell.wait(past: bell.count, listener) == .closed)
                }
                group.addTask { for _ in 0..<5 { bell.ring() } }
                group.addTask { for _ in 0..<5 { bell.beat() } }
                group.addTask { listener.close() }
            }
        }
    }

    @Test func whatRangBeforeNeedsNoSleep() async {
        let bell = Bell()
        let count = bell.count
        bell.ring()
        #expect(bell.count == count + 1)
        #expect(await bell.wait(past: count, Listener()) == .rung)
        bell.ring()
        bell.ring()
        #expect(await bell.wait(past: count + 1, Listener()) == .rung)
    }

    @Test func oneRingWakesEverybody() async {
        let bell = Bell()
        let arrived = Shared(0)
        await withTaskGroup(of: Listener.Sound.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let count = bell.count
                    arrived.increment()
                    return await bell.wait(past: count, Listener())
                }
            }
            while arrived.value < 100 { await Task.yield() }
            bell.ring()
            for await sound in group { #expect(sound == .rung) }
        }
    }

    /// A sign of life is for those who sleep; who comes later sleeps on.
    @Test func aBeatIsNoNews() async {
        let bell = Bell()
        let sounds = Shared<[Listener.Sound]>([])
        let sleeper = Task {
            while true {
                let sound = await bell.wait(past: 0, Listener())
                sounds.append(sound)
                if sound == .rung { return }
            }
        }
        while sounds.value.count < 3 {
            bell.beat()
            await Task.yield()
        }
        #expect(bell.count == 0)
        bell.ring()
        await sleeper.value
        let heard = sounds.value
        #expect(heard.dropLast().allSatisfy { $0 == .beat })
        #expect(heard.last == .rung)
    }
}
