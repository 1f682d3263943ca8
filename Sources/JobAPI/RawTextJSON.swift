import Foundation
import JobModel

/// An argument, a path or a value of the environment in JSON: a string, or, where its
/// bytes are no UTF-8, `{"base64": "…"}`.
struct RawString: Hashable, Sendable, Codable {
    /// As `RawText` writes it.
    var text: String

    init(_ text: String) {
        self.text = text
    }

    private enum CodingKeys: String, CodingKey {
        case base64
    }

    init(from decoder: any Decoder) throws {
        // Tried in turn: JSON has no other way to tell which one it is.
        if let characters = try? decoder.singleValueContainer().decode(String.self) {
            text = RawText.text(meaning: characters)
        } else {
            let bytes = try decoder.container(keyedBy: CodingKeys.self)
                .decode(Data.self, forKey: .base64)
            text = RawText.text(Array(bytes))
        }
    }

    func encode(to encoder: any Encoder) throws {
        if let characters = RawText.characters(text) {
            var container = encoder.singleValueContainer()
            try container.encode(characters)
        } else {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(Data(RawText.bytes(text)), forKey: .base64)
        }
    }
}

extension JSONWriter {
    /// A string, or what stands for bytes that are none.
    mutating func value(raw text: String) {
        if let characters = RawText.characters(text) {
            value(characters)
        } else {
            object { $0.member("base64", Data(RawText.bytes(text)).base64EncodedString()) }
        }
    }
}

extension ObjectReader {
    /// A text without NUL that may be given by its bytes; as `RawText` writes it.
    mutating func raw(_ field: String, maximumBytes: Int) -> String? {
        guard let value = value(field) else { return nil }
        return raw(value, field, maximumBytes: maximumBytes)
    }

    /// The same for a value within another one, which is at `path`.
    mutating func raw(_ value: JSONValue, _ path: String, maximumBytes: Int) -> String? {
        let text: String
        switch value {
        case .string(let characters):
            text = RawText.text(meaning: characters)
        case .object(let members):
            guard members.count == 1, case .string(let base64)? = members["base64"],
                let bytes = Data(base64Encoded: base64)
            else {
                reject(path, #"must be a string or {"base64": "…"}, and nothing else in it"#)
                return nil
            }
            text = RawText.text(Array(bytes))
        case .null, .bool, .integer, .number, .array:
            reject(path, "must be a string, not \(value.kind)")
            return nil
        }
        return checked(text, path, maximumBytes: maximumBytes)
    }
}
