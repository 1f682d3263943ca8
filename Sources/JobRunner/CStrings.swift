internal import Glibc
import JobModel

/// Arrays of C strings, as exec(3) takes them: of the bytes that the texts stand for.
enum CStrings {
    /// Calls `body` with the strings, ended by a null pointer, which are valid
    /// until it returns.
    static func with<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { text in
            let bytes = RawText.bytes(text).map { CChar(bitPattern: $0) } + [0]
            return strdup(bytes)
        }
        pointers.append(nil)
        defer { pointers.forEach { free($0) } }
        return body(pointers)
    }
}
