/// Numbers as people read them.
enum Quantity {
    /// A duration: `0.4s`, `42s`, `5m 03s`, `2h 05m`, `3d 04h`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        let value = max(seconds, 0)
        if value < 9.95 { return "\(decimal(value))s" }
        let whole = Int(value.rounded())
        switch whole {
        case ..<60: return "\(whole)s"
        case ..<3600: return "\(whole / 60)m \(two(whole % 60))s"
        case ..<86_400: return "\(whole / 3600)h \(two(whole / 60 % 60))m"
        default: return "\(whole / 86_400)d \(two(whole / 3600 % 24))h"
        }
    }

    /// A number of bytes: `512 B`, `1.5 KiB`, `64 MiB`.
    static func bytes(_ count: Double) -> String {
        guard count.isFinite else { return "?" }
        var value = count
        var index = 0
        // 1023.95 would read as 1024.
        while value.magnitude >= 1023.95, index < byteUnits.count - 1 {
            value /= 1024
            index += 1
        }
        return "\(index == 0 ? plain(value.rounded()) : short(value)) \(byteUnits[index])"
    }

    /// A number with one decimal, or none when it has none or is large.
    static func short(_ number: Double) -> String {
        guard number.isFinite else { return "?" }
        if number.magnitude >= 99.95 || number == number.rounded() {
            return plain(number.rounded())
        }
        let text = decimal(number)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A whole number as such, any other as it is.
    static func plain(_ number: Double) -> String {
        number == number.rounded() && number.magnitude < 1e15
            ? String(Int64(number)) : "\(number)"
    }

    /// So many of a unit: `42 files`, `1.5 MiB`.
    static func amount(_ number: Double, unit: String?) -> String {
        switch unit {
        case "bytes"?: bytes(number)
        case let unit?: "\(short(number)) \(DisplayText.clean(unit))"
        case nil: short(number)
        }
    }

    /// A share in whole per cent, rounded down: 99.9 % is not yet all.
    static func percent(_ fraction: Double) -> String {
        guard fraction.isFinite else { return "?" }
        // The least bit up, since 0.29 × 100 is 28.999….
        return "\(Int((min(max(fraction, 0), 1) * 100 + 1e-9).rounded(.down)))%"
    }

    private static func decimal(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static let byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
}
