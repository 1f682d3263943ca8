/// A word that could stand at the cursor.
struct CompletionCandidate: Hashable {
    var word: String
    /// What it is, for shells that show that.
    var description = ""

    /// Both in a line, with a tab between.
    var line: String { description.isEmpty ? word : "\(word)\t\(description)" }
}
