/// Options that concern every verb may also stand before it, as people write
/// `jobctl --url URL list`; the parser knows them after it only.
enum LeadingOptions {
    /// The words with such options moved behind the verb.
    static func moved(_ words: [String]) -> [String] {
        var leading: [String] = []
        var rest = words[...]
        while let word = rest.first {
            if valued.contains(word), rest.count > 1 {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if word == "--json" || valued.contains(where: { word.hasPrefix("\($0)=") }) {
                leading.append(word)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        guard let verb = rest.first, !verb.hasPrefix("-") else { return words }
        rest = rest.dropFirst()
        guard Jobctl.verb(in: [verb]) == [verb], let below = rest.first,
            Jobctl.verb(in: [verb, below]).count == 2
        else { return [verb] + leading + rest }
        return [verb, below] + leading + rest.dropFirst()
    }

    /// Those with a value.
    static let valued = ["--url", "--token", "--token-file", "--ca-file"]
}
