/// A text with places for parameters: `/srv/out/{name}.mp4`. A brace that is meant
/// as such is written twice.
package struct TextTemplate: Hashable, Sendable {
    /// A part of it.
    enum Piece: Hashable, Sendable {
        case literal(String)
        /// The place of the parameter of this name.
        case placeholder(String)
    }

    /// Literals are never empty, and never follow one another.
    let pieces: [Piece]

    /// The text is no template.
    struct SyntaxError: Error, Hashable {
        /// What is wrong, and what to do.
        let message: String
    }

    /// - Throws: `SyntaxError` for a brace that begins or ends nothing.
    init(_ text: String) throws(SyntaxError) {
        var pieces: [Piece] = []
        var literal = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                literal.unicodeScalars.append(scalar)
                rest.removeFirst()
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw SyntaxError(message: "has a { that nothing closes: write {{ for a brace")
                }
                let name = String(rest[..<end])
                guard Parameter.isName(name) else {
                    throw SyntaxError(
                        message: "has {\(name)}, which names no parameter: write {{ and }} for "
                            + "braces")
                }
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = ""
                pieces.append(.placeholder(name))
                rest = rest[rest.index(after: end)...]
            case "}":
                throw SyntaxError(message: "has a } that closes nothing: write }} for a brace")
            default: literal.unicodeScalars.append(scalar)
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        self.pieces = pieces
    }

    /// The parameters that it names, in their order; again where it names one again.
    var names: [String] {
        pieces.compactMap { piece in
            switch piece {
            case .literal: nil
            case .placeholder(let name): name
            }
        }
    }

    /// The parameter that is all there is; nil when there is anything beside it.
    var onlyName: String? {
        guard pieces.count == 1, case .placeholder(let name)? = pieces.first else { return nil }
        return name
    }

    /// The text when there are no parameters in it.
    var literal: String? {
        switch pieces.first {
        case nil: ""
        case .literal(let text)? where pieces.count == 1: text
        case .literal, .placeholder: nil
        }
    }

    /// The text with the parameters in their places. What they are is not looked
    /// at again, so that `{other}` in one stays as it is.
    func text(_ values: [String: String]) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .placeholder(let name): text += values[name] ?? ""
            }
        }
        return text
    }
}
