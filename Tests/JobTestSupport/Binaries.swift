import Foundation

/// The programs under test, as `swift build` has put them beside the tests.
package enum Binaries {
    /// An absolute path. `JOBD_TEST_BINARIES` names another directory.
    package static func path(_ name: String) -> String {
        if let given = ProcessInfo.processInfo.environment["JOBD_TEST_BINARIES"] {
            return "\(given)/\(name)"
        }
        let tests =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        let beside = (tests as NSString).deletingLastPathComponent
        // With Swift Testing's own runner the tests are a library that the
        // toolchain's program loads; its path is among the arguments then.
        if FileManager.default.isExecutableFile(atPath: "\(beside)/\(name)") {
            return "\(beside)/\(name)"
        }
        for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
            return (argument as NSString).deletingLastPathComponent + "/\(name)"
        }
        return ".build/debug/\(name)"
    }
}
