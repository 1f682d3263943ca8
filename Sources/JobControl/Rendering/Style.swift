import JobAPI

/// What a terminal can show.
struct Style: Hashable, Sendable {
    var isColored: Bool
    var isUnicode: Bool

    /// Text alone.
    static let plain = Style(isColored: false, isUnicode: false)

    /// A colour of ECMA-48, as its parameter.
    enum Color: Int, Sendable {
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case cyan = 36
        case gray = 90
    }

    /// The text in this colour, if colours are wanted.
    func paint(_ text: String, _ color: Color?) -> String {
        guard isColored, let color else { return text }
        return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
    }

    /// What a state is shown in.
    static func color(of state: JobResource.State) -> Color? {
        switch state {
        case .succeeded: .green
        case .failed: .red
        case .cancelled: .yellow
        case .running: .cyan
        case .waiting, .queued, .paused: .gray
        default: nil
        }
    }
}
