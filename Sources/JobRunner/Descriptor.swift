internal import Glibc

/// A descriptor that is closed when it is no longer needed.
struct Descriptor: ~Copyable {
    /// Negative if it could not be opened: then the negated errno.
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        if number >= 0 { close(number) }
    }
}
