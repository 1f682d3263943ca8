internal import Glibc

/// An attempt could not be watched.
package struct WatchError: Error, Hashable, CustomStringConvertible {
    /// What could not be done.
    package let operation: String
    /// Why: an errno.
    package let code: Int32

    package init(operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    package var description: String {
        switch code {
        case ENOSPC:
            // inotify(7) says so when a user's limit is reached.
            "cannot \(operation): no inotify watches are left; "
                + "raise fs.inotify.max_user_watches"
        case EMFILE:
            "cannot \(operation): too many open files, or fs.inotify.max_user_instances reached"
        default:
            "cannot \(operation): \(String(cString: strerror(code)))"
        }
    }
}
