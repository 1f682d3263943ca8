internal import Glibc

/// Arrays of C strings, as exec(3) takes them.
enum CStrings {
    /// Calls `body` with the strings, ended by a null pointer, which are valid
    /// until it returns.
    static func with<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        pointers.append(nil)
        defer { pointers.forEach { free($0) } }
        return body(pointers)
    }
}
