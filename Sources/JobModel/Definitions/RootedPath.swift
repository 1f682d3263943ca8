/// Paths that must not lead out of a directory.
enum RootedPath {
    /// What a path may have: PATH_MAX of limits.h(0p), the NUL at its end included.
    static let maximumBytes = 4095

    /// A path as it stands below `root`, without `.`, `..` and doubled slashes; nil
    /// when it leads out of it, even if only on its way.
    ///
    /// - Parameters:
    ///   - path: relative to `root`, or absolute and within it.
    ///   - root: absolute.
    static func joined(_ path: String, to root: String) -> String? {
        let base = root.pathComponents
        var parts = path.pathComponents
        if path.utf8.first == UInt8(ascii: "/") {
            guard parts.starts(with: base, by: { $0.utf8.elementsEqual($1.utf8) }) else {
                return nil
            }
            parts.removeFirst(base.count)
        }
        var below: [String] = []
        for part in parts {
            switch part {
            case ".": continue
            case "..":
                guard below.popLast() != nil else { return nil }
            default: below.append(part)
            }
        }
        return "/" + (base + below).joined(separator: "/")
    }
}

extension String {
    /// What is between the slashes of a path, byte by byte as the kernel sees it: to
    /// Swift a slash with an accent after it is another character than a slash.
    package var pathComponents: [String] {
        utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }
}

/// Where a path leads when its symbolic links are followed.
package enum PathResolution: Hashable, Sendable {
    /// Here, within the root.
    case inside(String)
    /// Out of the root.
    case outside
    /// Nobody can tell, for this reason.
    case unknown(String)
}

/// Follows the links of an absolute path that must stay below an absolute root.
/// What does not exist, at its end, stays as it is.
package typealias PathResolver = @Sendable (_ path: String, _ root: String) -> PathResolution
