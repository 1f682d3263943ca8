/// How much a value keeps: the bytes of every byte array in it, however deep.
enum LineMemory {
    static func bytes(of value: Any) -> Int {
        if let bytes = value as? [UInt8] { return bytes.capacity }
        return Mirror(reflecting: value).children.reduce(0) { $0 + bytes(of: $1.value) }
    }
}
