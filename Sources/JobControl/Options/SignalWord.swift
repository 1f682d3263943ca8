/// `jobctl signal USR1 42` may also be said as `jobctl signal 42 USR1` and as
/// `jobctl signal 42 --signal USR1`; the parser knows the first only.
enum SignalWord {
    /// The words with the signal moved behind the verb.
    static func moved(_ words: [String]) -> [String] {
        guard words.first == "signal" else { return words }
        var rest = Array(words.dropFirst())
        if let index = rest.firstIndex(of: "--signal"), index + 1 < rest.count {
            let name = rest[index + 1]
            rest.removeSubrange(index...index + 1)
            return ["signal", name] + rest
        }
        if let index = rest.firstIndex(where: { $0.hasPrefix("--signal=") }) {
            let name = String(rest.remove(at: index).dropFirst("--signal=".count))
            return ["signal", name] + rest
        }
        for (index, word) in rest.enumerated() where Int(word) == nil {
            let isValue = index > 0 && valued.contains(rest[index - 1])
            if !isValue, !word.hasPrefix("-"), SignalName.name(word) != nil {
                rest.remove(at: index)
                return ["signal", word] + rest
            }
        }
        return words
    }

    /// Options whose value may look like a signal.
    private static let valued =
        LeadingOptions.valued + ["--label", "--queue", "--state", "--name"]
}
