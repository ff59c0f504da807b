import Daemon
import Foundation

/// Times as people in the compound read them: the clock of China, which has one zone and no summer time.
enum Clock {
    /// Seconds.
    static let day: Int64 = 24 * 3600
    /// From the beginning of a day in UTC to that of the same day in China.
    static let midnight: Int64 = -8 * 3600

    /// A length of time as people say it: to the minute, from two days on to the hour.
    static func span(_ seconds: Int64, _ text: Messages) -> String {
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours >= 48 { return text("node.days_hours", ["days": "\(hours / 24)", "hours": "\(hours % 24)"]) }
        return hours == 0
            ? text("node.minutes", ["minutes": "\(minutes)"])
            : text("node.hours_minutes", ["hours": "\(hours)", "minutes": "\(minutes)"])
    }

    /// Hour and minute, and the day before them where it isn't the reader's own: after three days without a line
    /// `18:00` would be read as this evening.
    ///
    /// - Parameters:
    ///   - seconds: since 1970.
    ///   - now: the reader's time, seconds since 1970.
    static func text(_ seconds: Int64, asOf now: Int64) -> String {
        let (then, today) = (moment(seconds), moment(now))
        if then.day == today.day { return then.time }
        return (then.day.prefix(4) == today.day.prefix(4) ? then.day.dropFirst(5) : then.day[...]) + " " + then.time
    }

    /// Hour and minute.
    static func time(_ seconds: Int64) -> String { moment(seconds).time }

    private static func moment(_ seconds: Int64) -> (day: String, time: String) {
        let parts = Date(timeIntervalSince1970: Double(seconds + 8 * 3600)).formatted(.iso8601).split(separator: "T")
        return (String(parts.first ?? ""), String(parts.last?.prefix(5) ?? ""))
    }
}
