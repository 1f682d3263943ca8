#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What users and groups are called.
enum UserNames {
    /// A user's name; the number when there is none.
    static func user(_ number: UInt32) -> String {
        entry(of: "\(number)", at: 2, in: "/etc/passwd")?.first ?? "user \(number)"
    }

    /// A group's name; the number when there is none.
    static func group(_ number: UInt32) -> String {
        entry(of: "\(number)", at: 2, in: "/etc/group")?.first ?? "group \(number)"
    }

    /// The users of a group: those it lists (group(5)), and those whose own it is
    /// (passwd(5)). Only what is on this machine is known, as with the names.
    static func members(of group: UInt32) -> [String] {
        let listed = entry(of: "\(group)", at: 2, in: "/etc/group")?.dropFirst(3).first ?? ""
        let own = entries(in: "/etc/passwd").filter { $0.count > 3 && $0[3] == "\(group)" }
        return Set(listed.split(separator: ",").map(String.init) + own.compactMap(\.first)).sorted()
    }

    private static func entry(of value: String, at index: Int, in file: String) -> [String]? {
        entries(in: file).first { $0.count > index && $0[index] == value }
    }

    private static func entries(in file: String) -> [[String]] {
        // A container may have none of these files.
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }
}
