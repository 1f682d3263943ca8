import Glibc
import JobModel

/// Follows symbolic links one by one, as path_resolution(7) says, to see where a
/// path leads; also where its end does not exist yet.
enum LinkResolution {
    /// Where `path`, which is absolute and without `.` and `..`, leads.
    ///
    /// What is true now may change before a command opens the file. So the command
    /// is given the path without links: only somebody who can replace a directory
    /// on that way by a link can still lead it elsewhere.
    static func resolve(_ path: String, below root: String) -> PathResolution {
        switch (follow(root), follow(path)) {
        case (.success(let base), .success(let target)):
            let isInside = target.starts(with: base) { $0.utf8.elementsEqual($1.utf8) }
            return isInside ? .inside("/" + target.joined(separator: "/")) : .outside
        case (.failure(let failure), _), (_, .failure(let failure)):
            return .unknown(failure.reason)
        }
    }

    private struct Failure: Error {
        let reason: String
    }

    /// path_resolution(7): the kernel gives up after as many.
    private static let maximumLinks = 40

    /// The components of a path without links.
    private static func follow(_ path: String) -> Result<[String], Failure> {
        var resolved: [String] = []
        var rest = Array(path.pathComponents.reversed())
        var links = 0
        while let name = rest.popLast() {
            switch name {
            case ".": continue
            case "..":
                _ = resolved.popLast()
                continue
            default: resolved.append(name)
            }
            let here = "/" + resolved.joined(separator: "/")
            var status = stat()
            guard lstat(here, &status) == 0 else {
                // What is not there has no links below it either.
                if errno == ENOENT { continue }
                return .failure(Failure(reason: String(cString: strerror(errno))))
            }
            guard status.st_mode & S_IFMT == S_IFLNK else { continue }
            links += 1
            guard links <= maximumLinks else {
                return .failure(Failure(reason: String(cString: strerror(ELOOP))))
            }
            guard let target = target(of: here) else {
                return .failure(Failure(reason: String(cString: strerror(errno))))
            }
            if target.utf8.first == UInt8(ascii: "/") {
                resolved = []
            } else {
                resolved.removeLast()
            }
            rest += target.pathComponents.reversed()
        }
        return .success(resolved)
    }

    /// What a link says; nil, with `errno`, when it cannot be read.
    private static func target(of link: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        guard count >= 0 else { return nil }
        guard let text = String(validating: buffer[..<count], as: UTF8.self) else {
            errno = EILSEQ
            return nil
        }
        return text
    }
}
