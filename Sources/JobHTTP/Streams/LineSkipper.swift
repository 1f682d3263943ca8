/// Leaves out the first lines of a text that comes in parts.
struct LineSkipper {
    /// How many lines are still to be left out.
    private var rest: Int

    init(_ count: Int) {
        rest = max(count, 0)
    }

    /// What of the next part is not left out.
    mutating func cut(_ part: [UInt8]) -> ArraySlice<UInt8> {
        var slice = part[...]
        while rest > 0 {
            guard let newline = slice.firstIndex(of: UInt8(ascii: "\n")) else { return [] }
            slice = slice[(newline + 1)...]
            rest -= 1
        }
        return slice
    }
}
