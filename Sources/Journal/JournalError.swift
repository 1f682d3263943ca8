internal import CLinux
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

    /// What should be a frame's beginning is none: somebody else wrote to the file.
    package static let broken = JournalError(operation: "read", code: EBADMSG)

    /// Whether there is no such file.
    package var isNotFound: Bool { code == ENOENT }

    /// Whether it may go away by itself, or by what somebody does about the system:
    /// a failing disk, too few descriptors, a mode. Not when something else lies in
    /// the journal's place.
    package var isPassing: Bool {
        code == EACCES || code == EPERM || Int(linux_trouble(code)) != LINUX_TROUBLE_FINAL
    }

    package var description: String {
        let cause =
            switch code {
            case ENXIO: "it is no regular file"
            case ELOOP: "it is a symbolic link"
            case EBADMSG: "it is damaged"
            default: String(cString: strerror(code))
            }
        return "cannot \(operation) the journal: \(cause)"
    }
}
