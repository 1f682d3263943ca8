import Testing

@testable import JobEvents

/// One reader's place to sleep: every order in which things can happen.
@Suite(.timeLimit(.minutes(10))) struct ListenerTests {
    @Test(arguments: [
        ([Listener.Sound.rung], Listener.Sound.rung),
        ([.beat], .beat),
        ([.beat, .rung], .rung),
        ([.rung, .beat], .rung),
        ([.beat, .beat], .beat),
        ([.rung, .rung], .rung),
    ])
    func whatSoundedBeforeTheSleepEndsIt(sounds: [Listener.Sound], heard: Listener.Sound) async {
        let listener = Listener()
        for sound in sounds { listener.wake(sound) }
        #expect(await listener.sleep() == heard)
        // Heard once: the next sleep waits for the next sound.
        listener.wake(.beat)
        #expect(await listener.sleep() == .beat)
    }

    @Test func aCloseWinsOverWhatSoundedBefore() async {
        let listener = Listener()
        #expect(!listener.isClosed)
        listener.wake(.rung)
        listener.close()
        #expect(listener.isClosed)
        for _ in 0..<3 {
            #expect(await listener.sleep() == .closed)
            listener.wake(.rung)
        }
        listener.close()
        #expect(await listener.sleep() == .closed)
    }

    @Test(arguments: [Listener.Sound.rung, .beat])
    func aSoundEndsASleep(sound: Listener.Sound) async {
        for _ in 0..<1000 {
            let listener = Listener()
            async let heard = listener.sleep()
            listener.wake(sound)
            #expect(await heard == sound)
        }
    }

    @Test func aCloseEndsASleep() async {
        for _ in 0..<1000 {
            let listener = Listener()
            async let heard = listener.sleep()
            listener.close()
            #expect(await heard == .closed)
        }
    }
}
