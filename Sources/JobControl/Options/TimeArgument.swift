import ArgumentParser

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

import JobAPI

/// A time as people write it: `+2h`, `22:30`, `2026-11-22 22:30`, or by RFC 3339.
struct TimeArgument: ExpressibleByArgument, Hashable {
    private enum Form: Hashable {
        /// An RFC 3339 time.
        case absolute(Date)
        /// So many seconds from now.
        case later(Double)
        /// The next time that clocks here show this.
        case clock(LocalTime)
        /// When the calendar and clocks here show this.
        case local(year: Int32, month: Int32, day: Int32, LocalTime)
    }

    /// What a clock shows.
    private struct LocalTime: Hashable {
        var hour: Int32
        var minute: Int32
        var second: Int32
    }

    private let form: Form

    /// Reads one of these forms; nil when it is none.
    init?(argument: String) {
        if argument.hasPrefix("+") {
            guard let duration = DurationArgument(argument: String(argument.dropFirst())) else {
                return nil
            }
            form = .later(duration.seconds)
        } else if let time = Date(wireTime: argument) {
            form = .absolute(time)
        } else if let time = Self.clock(argument[...]) {
            form = .clock(time)
        } else {
            let parts = argument.split(maxSplits: 1, omittingEmptySubsequences: false) {
                $0 == " " || $0 == "T"
            }
            let midnight = LocalTime(hour: 0, minute: 0, second: 0)
            guard let date = parts.first.flatMap(Self.date),
                let time = parts.count == 2 ? Self.clock(parts[1]) : midnight
            else { return nil }
            form = .local(year: date.year, month: date.month, day: date.day, time)
        }
    }

    /// The time that is meant, in the time zone of the process.
    ///
    /// - Throws: `Trouble` when there is no such day.
    func date(now: Date) throws -> Date {
        switch form {
        case .absolute(let time): return time
        case .later(let seconds): return now.addingTimeInterval(seconds)
        case .clock(let clock):
            var seconds = time_t(now.timeIntervalSince1970)
            var today = tm()
            guard localtime_r(&seconds, &today) != nil else {
                throw Trouble.usage("the local time is not known; give a time with its offset")
            }
            let time = try Self.time(
                year: today.tm_year + 1900, month: today.tm_mon + 1, day: today.tm_mday, clock)
            if time > now { return time }
            // mktime(3): the 32nd of a month is the first of the next.
            return try Self.time(
                year: today.tm_year + 1900, month: today.tm_mon + 1, day: today.tm_mday + 1, clock)
        case .local(let year, let month, let day, let clock):
            let time = try Self.time(year: year, month: month, day: day, clock)
            var seconds = time_t(time.timeIntervalSince1970)
            var parts = tm()
            guard localtime_r(&seconds, &parts) != nil, parts.tm_mday == day else {
                throw Trouble.usage("there is no such day: \(year)-\(month)-\(day)")
            }
            return time
        }
    }

    private static func time(
        year: Int32, month: Int32, day: Int32, _ clock: LocalTime
    ) throws -> Date {
        var parts = tm()
        parts.tm_year = year - 1900
        parts.tm_mon = month - 1
        parts.tm_mday = day
        parts.tm_hour = clock.hour
        parts.tm_min = clock.minute
        parts.tm_sec = clock.second
        // Whether it is summer then is for the system to say.
        parts.tm_isdst = -1
        let seconds = mktime(&parts)
        guard seconds != -1 else {
            throw Trouble.usage("that time is out of range")
        }
        return Date(timeIntervalSince1970: TimeInterval(seconds))
    }

    /// `22:30` or `22:30:15`.
    private static func clock(_ text: Substring) -> LocalTime? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3,
            let hour = number(parts[0], in: 0...23), let minute = number(parts[1], in: 0...59),
            let second = parts.count == 3 ? number(parts[2], in: 0...59) : 0
        else { return nil }
        return LocalTime(hour: hour, minute: minute, second: second)
    }

    /// `2026-11-22`.
    private static func date(_ text: Substring) -> (year: Int32, month: Int32, day: Int32)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4,
            let year = number(parts[0], in: 1970...9999),
            let month = number(parts[1], in: 1...12), let day = number(parts[2], in: 1...31)
        else { return nil }
        return (year, month, day)
    }

    private static func number(_ text: Substring, in range: ClosedRange<Int32>) -> Int32? {
        guard (1...4).contains(text.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int32(text), range.contains(number)
        else { return nil }
        return number
    }
}
