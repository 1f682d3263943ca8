import Foundation

/// A directory of its own for one test, removed with everything in it.
package final class TemporaryDirectory: Sendable {
    /// Where it is.
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "jobd-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    /// Where the test's database is.
    package var database: String { "\(path)/jobd.db" }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) could not be removed: \(error)")
        }
    }
}
