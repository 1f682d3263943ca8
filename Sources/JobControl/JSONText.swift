/// JSON documents taken apart without changing a byte of their parts: a document
/// printed for programs is to be the daemon's, its numbers and their order
/// included.
enum JSONText {
    /// The members of an object, each value as it is written; none when the text
    /// is no object. The text must be well-formed.
    static func members(of object: [UInt8]) -> [(name: String, value: ArraySlice<UInt8>)] {
        var members: [(name: String, value: ArraySlice<UInt8>)] = []
        var name: ArraySlice<UInt8>?
        var start = 0
        scan(object, open: UInt8(ascii: "{")) { index, byte in
            switch byte {
            case UInt8(ascii: ":"):
                name = trim(object[start..<index])
            case UInt8(ascii: ","), UInt8(ascii: "}"):
                if let quoted = name {
                    let text = String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
                    members.append((text, trim(object[start..<index])))
                }
                name = nil
            default: break
            }
            start = index + 1
        }
        return members
    }

    /// The elements of an array, each as it is written; none when the text is no
    /// array. The text must be well-formed.
    static func elements(ofArray array: [UInt8]) -> [ArraySlice<UInt8>] {
        var elements: [ArraySlice<UInt8>] = []
        var start = 0
        scan(array, open: UInt8(ascii: "[")) { index, byte in
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
                let element = trim(array[start..<index])
                // Before the bracket of an empty one there is nothing.
                if !element.isEmpty { elements.append(element) }
            }
            start = index + 1
        }
        return elements
    }

    /// What is between the brackets of an array.
    static func contents(ofArray array: [UInt8]) -> [UInt8] {
        Array(trim(trim(array[...]).dropFirst().dropLast()))
    }

    /// The text in quotation marks, escaped.
    static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Visits the marks that structure the outermost object: the brace that opens
    /// it, colons, commas, and the brace that closes it.
    private static func scan(
        _ text: [UInt8], open: UInt8, _ visit: (_ index: Int, _ byte: UInt8) -> Void
    ) {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in text.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 1 {
                    guard byte == open else { return }
                    visit(index, byte)
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 1 { visit(index, byte) }
                depth -= 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                if depth == 1 { visit(index, byte) }
            default: break
            }
        }
    }

    /// The text without white space around it.
    static func trim(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let space: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        var rest = text.drop(while: space)
        while let last = rest.last, space(last) { rest.removeLast() }
        return rest
    }
}
