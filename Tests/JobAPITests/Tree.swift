import Foundation
import JobAPI

/// A JSON value, written by the writer under test and read back by Foundation.
enum Tree: Decodable, Equatable, Sendable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case array([Tree])
    case object([String: Tree])

    /// What Foundation reads in these bytes.
    init(parsing bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Tree.self, from: Data(bytes))
    }

    /// What Foundation reads in what `write` writes.
    static func written(_ write: (inout JSONWriter) -> Void) throws -> Tree {
        var json = JSONWriter()
        write(&json)
        return try Tree(parsing: json.bytes)
    }

    init(from decoder: any Decoder) throws {
        // A value that is not of the kind that is tried says so by throwing.
        if let members = try? [String: Tree](from: decoder) {
            self = .object(members)
        } else if let elements = try? [Tree](from: decoder) {
            self = .array(elements)
        } else {
            let single = try decoder.singleValueContainer()
            if single.decodeNil() {
                self = .null
            } else if let flag = try? single.decode(Bool.self) {
                self = .flag(flag)
            } else if let text = try? single.decode(String.self) {
                self = .text(text)
            } else {
                self = .number(try single.decode(Double.self))
            }
        }
    }

    /// The member of that name; nil when this is no object or has none.
    subscript(_ name: String) -> Tree? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The names of an object's members, sorted.
    var names: [String] {
        if case .object(let members) = self { members.keys.sorted() } else { [] }
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .flag(let flag): json.value(flag)
        case .number(let number): json.value(number)
        case .text(let text): json.value(text)
        case .array(let elements):
            json.array { array in for element in elements { element.write(to: &array) } }
        case .object(let members):
            json.object { object in
                for (name, member) in members {
                    object.key(name)
                    member.write(to: &object)
                }
            }
        }
    }
}

extension Tree: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral
{
    init(stringLiteral text: String) { self = .text(text) }
    init(booleanLiteral flag: Bool) { self = .flag(flag) }
    init(integerLiteral number: Int) { self = .number(Double(number)) }
    init(floatLiteral number: Double) { self = .number(number) }
}
