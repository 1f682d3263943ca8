import Foundation

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed.
package struct SeededGenerator: RandomNumberGenerator {
    /// What it began with.
    package let seed: UInt64
    private var state: UInt64

    /// Begins with `seed`.
    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// A generator for one test. Its seed is printed, and taken from
    /// `JOBD_TEST_SEED` if that is set, so that a failure can be repeated.
    package init(for test: String = #function) {
        let wanted = ProcessInfo.processInfo.environment["JOBD_TEST_SEED"].flatMap(UInt64.init)
        self.init(seed: wanted ?? UInt64.random(in: 0...UInt64(UInt32.max)))
        print("\(test): JOBD_TEST_SEED=\(seed)")
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
