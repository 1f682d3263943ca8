/// RFC 3986's percent-encoding, §2.1.
enum PercentEncoding {
    /// Encodes every byte but the unreserved characters of §2.3, which is right
    /// wherever the text is one component.
    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(hexadecimal[Int(byte >> 4)])
                bytes.append(hexadecimal[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A path with a query; without one when there are no items.
    static func url(_ path: String, _ items: [(String, String)]) -> String {
        guard !items.isEmpty else { return path }
        let query = items.map { "\(encode($0))=\(encode($1))" }.joined(separator: "&")
        return "\(path)?\(query)"
    }

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)
}
