import ArgumentParser

/// A number of bytes as people write it: `1048576`, `64MiB`, `1G`, `10MB`.
struct SizeArgument: ExpressibleByArgument, Hashable {
    var bytes: Int64

    /// Reads a number with a unit by the rules of GNU coreutils: `K` and `KiB` are
    /// 1024, `KB` is 1000, and so on to `T`; nil when it is none.
    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits) else { return nil }
        var unit = argument.dropFirst(digits.count).uppercased()[...]
        var factor = 1.0
        if let power = "KMGT".firstIndex(where: { unit.first == $0 }) {
            let exponent = "KMGT".distance(from: "KMGT".startIndex, to: power) + 1
            unit = unit.dropFirst()
            let base: Double
            switch unit {
            case "", "IB": base = 1024
            case "B": base = 1000
            default: return nil
            }
            for _ in 0..<exponent { factor *= base }
        } else if unit != "" && unit != "B" {
            return nil
        }
        guard let bytes = Int64(exactly: (number * factor).rounded()) else { return nil }
        self.bytes = bytes
    }
}
