/// A line of pieces, each in a colour of its own.
struct StyledLine: Hashable, Sendable {
    /// A piece of text.
    struct Piece: Hashable, Sendable {
        var text: String
        var color: Style.Color?
    }

    private(set) var pieces: [Piece] = []

    init() {}

    /// A line of one piece.
    init(_ text: String, _ color: Style.Color? = nil) {
        pieces = [Piece(text: text, color: color)]
    }

    /// Adds text that jobctl made itself.
    mutating func append(_ text: String, _ color: Style.Color? = nil) {
        pieces.append(Piece(text: text, color: color))
    }

    /// The line, cut to so many columns; nil for as long as it is.
    func rendered(columns: Int?, style: Style) -> String {
        guard let columns else {
            return pieces.map { style.paint($0.text, $0.color) }.joined()
        }
        var result = ""
        var rest = columns
        for piece in pieces {
            let text = DisplayText.fit(piece.text, rest, style: style)
            result += style.paint(text, piece.color)
            rest -= DisplayText.width(text)
            if text != piece.text { break }
        }
        return result
    }
}
