internal import Glibc

/// A journal could not be opened or read.
package struct JournalError: Error, Hashable, CustomStringConvertible {
    /// The call that failed.
    package let operation: String
    /// Why: an errno.
    package let code: Int32

    package init(operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// What was a frame's beginning is one no longer: somebody else wrote to the
    /// file.
    static let broken = JournalError(operation: "read", code: EBADMSG)

    /// Whether there is no such file.
    package var isNotFound: Bool { code == ENOENT }

    package var description: String {
        "cannot \(operation) the journal: \(String(cString: strerror(code)))"
    }
}
