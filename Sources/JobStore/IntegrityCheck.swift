// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Dispatch
import GRDB
import Glibc

/// Looks whether a database is whole, beside everything else that is done with it.
enum IntegrityCheck {
    /// What is found wrong first; nil when nothing is, or the time was not enough to
    /// find it (sqlite.org/pragma.html#pragma_integrity_check).
    static func run(path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        // The indexes' content as well, which takes several times as long.
        let pragma = status.st_size <= thoroughUpTo ? "integrity_check" : "quick_check"
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let limit = DispatchWorkItem { queue.interrupt() }
            DispatchQueue.global(qos: .utility).asyncAfter(
                deadline: .now() + longest, execute: limit)
            defer { limit.cancel() }
            let found = try queue.read {
                try String.fetchOne($0, sql: "PRAGMA \(pragma)(1)")
            }
            try queue.close()
            return found == "ok" ? nil : found
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
        {
            return error.message ?? "\(error.resultCode)"
        } catch {
            // Interrupted, or for want of something that others will miss as well.
            return nil
        }
    }

    private static let thoroughUpTo = 128 << 20
    /// Seconds.
    private static let longest = 60.0
}
