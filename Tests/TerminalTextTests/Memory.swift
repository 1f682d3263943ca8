/// How much a value keeps: the bytes of every array of bytes or columns in it,
/// however deep.
func keptBytes(of value: Any) -> Int {
    if let bytes = value as? [UInt8] { return bytes.capacity }
    if let columns = value as? [UInt32] { return columns.capacity * 4 }
    return Mirror(reflecting: value).children.reduce(0) { $0 + keptBytes(of: $1.value) }
}
