/// A document and the bytes that it was read from.
public struct Received<Value: Sendable>: Sendable {
    /// What the document says.
    public var value: Value
    /// The document itself, unchanged.
    public var json: [UInt8]

    /// A document.
    public init(value: Value, json: [UInt8]) {
        self.value = value
        self.json = json
    }
}

extension Received: Equatable where Value: Equatable {}
