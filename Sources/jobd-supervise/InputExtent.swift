/// How far the input is known.
struct InputExtent {
    /// How many bytes of the file may be passed on.
    var size: UInt64 = 0
    /// Whether that is all of it.
    var isEnd = false
}
