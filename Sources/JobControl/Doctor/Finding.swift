/// What a check of an installation has found.
struct Finding: Hashable, Sendable {
    /// How bad it is.
    enum Level: String, Sendable {
        /// As it should be.
        case ok
        /// Worth knowing, or not to be seen from here.
        case info
        /// It works, but may not always, or not for everybody.
        case warning
        /// It does not work, or lets in whom it should not.
        case problem
    }

    /// What was looked at, in a word or two.
    var check: String
    var level: Level
    /// What is so.
    var text: String
    /// What to do about it.
    var advice: String?

    init(_ check: String, _ level: Level, _ text: String, advice: String? = nil) {
        self.check = check
        self.level = level
        self.text = text
        self.advice = advice
    }
}
