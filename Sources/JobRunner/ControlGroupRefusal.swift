internal import Glibc

/// Why attempts get no control groups.
package struct ControlGroupRefusal: Error, CustomStringConvertible {
    package let description: String

    /// - Parameter code: an errno; nil when it says nothing more.
    init(reason: String, code: Int32? = nil) {
        description = code.map { "\(reason): \(String(cString: strerror($0)))" } ?? reason
    }
}
