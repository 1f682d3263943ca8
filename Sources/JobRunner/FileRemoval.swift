import CLinux
import Glibc

/// Taking away what attempts have left on the disk.
package enum FileRemoval {
    /// Something could not be removed.
    package struct Failure: Error, CustomStringConvertible {
        /// Why: an errno.
        package let code: Int32

        package var description: String { String(cString: strerror(code)) }
    }

    /// Removes a file, or a folder with all that is in it. Links are removed, not
    /// followed; nothing there is no error.
    package static func remove(_ path: String) throws(Failure) {
        let result = linux_remove_tree(path)
        if result < 0 { throw Failure(code: -result) }
    }
}
