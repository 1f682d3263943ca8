import JobModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where jobctl was called, for a job that is to run there: as bytes, since neither
/// names of folders nor values need be UTF-8 (`RawText`).
enum CallingProcess {
    /// The working directory; `/` when it is gone.
    static var directory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return text(path)
    }

    /// The environment.
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var place = environ
        while let entry = place.pointee {
            let words = text(entry).split(separator: "=", maxSplits: 1)
            if words.count == 2 { variables[String(words[0])] = String(words[1]) }
            place += 1
        }
        return variables
    }

    /// The text for a C string.
    static func text(_ string: UnsafePointer<CChar>) -> String {
        RawText.text(Array(UnsafeRawBufferPointer(start: string, count: strlen(string))))
    }
}
