import Synchronization

/// A value that several tasks of a test change and look at.
final class Shared<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    init(_ value: Value) {
        stored = Mutex(value)
    }

    var value: Value { stored.withLock { $0 } }

    func set(_ value: Value) {
        stored.withLock { $0 = value }
    }
}

extension Shared<Int> {
    func increment() {
        stored.withLock { $0 += 1 }
    }
}

extension Shared {
    func append<Element>(_ element: Element) where Value == [Element] {
        stored.withLock { $0.append(element) }
    }
}
