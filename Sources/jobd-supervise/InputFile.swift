import CLinux

/// The input that the daemon left for the command in the attempt's directory.
enum InputFile {
    /// Opens it; a negated errno if that failed.
    static func open(in directory: UnsafePointer<CChar>) -> Int32 {
        let name: StaticString = "/stdin"
        let length = strlen(directory)
        return withUnsafeTemporaryAllocation(
            of: CChar.self, capacity: length + name.utf8CodeUnitCount + 1
        ) { path in
            guard let start = path.baseAddress else { return -ENOMEM }
            memcpy(start, directory, length)
            memcpy(start + length, name.utf8Start, name.utf8CodeUnitCount)
            start[length + name.utf8CodeUnitCount] = 0
            return linux_open(start, O_RDONLY, 0)
        }
    }
}
