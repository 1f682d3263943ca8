/// The words of a command line up to the cursor. Bash breaks words at some marks
/// (`COMP_WORDBREAKS`, bash(1)): `--state=run` comes as three, of which a
/// completion replaces the last.
struct CompletionWords: Equatable {
    /// The words as a command gets them.
    private(set) var words: [String] = []
    /// Which of the shell's words each one begins with.
    private(set) var indexes: [Int] = []
    /// What of the last word a completion does not replace.
    private(set) var kept = ""

    /// Puts words together.
    ///
    /// - Parameter marks: What words are broken at.
    init(brokenBy marks: Set<Character>, _ broken: [String]) {
        func isMark(_ word: String) -> Bool { !word.isEmpty && word.allSatisfy(marks.contains) }
        for (index, word) in broken.enumerated() {
            let joins = !words.isEmpty && (isMark(word) || isMark(broken[index - 1]))
            guard joins, let last = words.last else {
                words.append(word)
                indexes.append(index)
                kept = ""
                continue
            }
            // At a mark the word that is completed has not begun.
            kept = isMark(word) ? last + word : last
            words[words.count - 1] = last + word
        }
    }
}
