import ArgumentParser

/// A duration as people write it: `90`, `90s`, `1.5h`, `1h30m`, `500ms`.
struct DurationArgument: ExpressibleByArgument, Hashable {
    var seconds: Double

    /// A duration of so many seconds.
    static func seconds(_ seconds: Double) -> DurationArgument {
        DurationArgument(seconds: seconds)
    }

    /// As help shows it.
    var defaultValueDescription: String { "\(Quantity.plain(seconds))s" }

    private init(seconds: Double) {
        self.seconds = seconds
    }

    /// Reads a number of seconds, or numbers each with a unit of `ms`, `s`, `m`,
    /// `h`, `d`; nil when it is neither.
    init?(argument: String) {
        var rest = argument[...]
        var sum = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            switch unit {
            // A bare number is seconds, but only on its own: `1h30` is a riddle.
            case "" where digits.count == argument.count: sum += number
            case "ms": sum += number / 1000
            case "s": sum += number
            case "m": sum += number * 60
            case "h": sum += number * 3600
            case "d": sum += number * 86_400
            default: return nil
            }
        }
        guard sum.isFinite else { return nil }
        seconds = sum
    }
}
