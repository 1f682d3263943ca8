/// Settings as values: what cannot be understood as a whole is an error, never taken
/// for something near it.
extension SettingSources {
    /// A setting that `parse` understands; nil when nobody said anything.
    func value<Value>(
        _ name: SettingName, _ expected: String, _ parse: (String) -> Value?
    ) throws -> Value? {
        guard let given = self[name], let text = given.values.last else { return nil }
        guard let value = parse(text) else {
            throw StartError(
                given.status, "\(given.origin) must be \(expected), not '\(text)'.")
        }
        return value
    }

    /// A whole number, written with digits only; nil when nobody said anything.
    func whole(_ name: SettingName, in range: ClosedRange<Int64>) throws -> Int64? {
        try value(
            name, "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in
            guard text.utf8.allSatisfy(Self.isDigit) else { return nil }
            return Int64(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number of seconds, in units of which a second has `perSecond`; nil when
    /// nobody said anything. What is finer than these units is refused, not rounded.
    func seconds(
        _ name: SettingName, in range: ClosedRange<Double>, perSecond: Double = 1_000_000
    ) throws -> Int64? {
        let finest = perSecond > 1000 ? "millionth" : "thousandth"
        return try value(
            name,
            "a decimal number of seconds from \(range.lowerBound) to \(range.upperBound), to the "
                + "\(finest)"
        ) { text in
            guard text.utf8.allSatisfy({ Self.isDigit($0) || $0 == UInt8(ascii: ".") }),
                let seconds = Double(text), range.contains(seconds)
            else { return nil }
            let units = (seconds * perSecond).rounded()
            // Decimals are not exact in binary.
            guard abs(units - seconds * perSecond) <= 1e-9 * max(units, 1) else { return nil }
            return Int64(exactly: units)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Nil when nobody said anything.
    func flag(_ name: SettingName) throws -> Bool? {
        try value(name, "true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "1", "on": true
            case "false", "no", "0", "off": false
            default: nil
            }
        }
    }
}
