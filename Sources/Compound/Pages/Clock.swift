import Daemon
import Federation
import Foundation

/// Times as people in the compound read and type them: the clock of China, which has one zone and no summer time. All are
/// seconds, moments since 1970.
enum Clock {
    /// By which China's clocks are ahead of UTC, and those of a day.
    static let (zone, day) = (ChinaZone.offset, ChinaZone.day)
    /// What a moment may be: up to the end of the year 9999.
    static let moments: ClosedRange<Int> = 0...253_402_300_799

    // MARK: Reading out

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
    /// - Parameter now: the reader's time.
    static func text(_ moment: Int64, asOf now: Int64) -> String {
        let (then, today) = (date(moment), date(now))
        if then == today { return time(moment) }
        return (then.prefix(4) == today.prefix(4) ? then.dropFirst(5) : then[...]) + " " + time(moment)
    }

    /// Hour and minute.
    static func time(_ moment: Int64) -> String {
        String(shown(moment).formatted(.iso8601.time(includingFractionalSeconds: false)).prefix(5))
    }

    /// Year, month and day.
    static func date(_ moment: Int64) -> String { shown(moment).formatted(.iso8601.year().month().day()) }

    /// Days since 1970 by the calendar of China.
    static func dayNumber(_ moment: Int64) -> Int64 { (moment + zone) / day }

    private static func shown(_ moment: Int64) -> Date { Date(timeIntervalSince1970: Double(moment + zone)) }

    // MARK: Reading in

    /// The moment on a day at which the clock shows so much.
    static func moment(ofDay number: Int64, hour: Int64, minute: Int64, second: Int64 = 0) -> Int64 {
        number * day - zone + hour * 3600 + minute * 60 + second
    }

    /// The moment nearest to another at which the clock shows this: after midnight `23:30` is yesterday's.
    ///
    /// - Returns: nil for what is no time of a day.
    static func moment(_ text: String, near: Int64) -> Int64? {
        guard let today = moment(text, onTheDayOf: near) else { return nil }
        return [today - day, today, today + day].min { abs($0 - near) < abs($1 - near) }
    }

    /// The one moment of the day from another on at which the clock shows this: nothing is left to guess.
    static func moment(_ text: String, since: Int64) -> Int64? {
        moment(text, onTheDayOf: since).map { $0 < since ? $0 + day : $0 }
    }

    private static func moment(_ text: String, onTheDayOf other: Int64) -> Int64? {
        guard let match = text.wholeMatch(of: #/(\d{1,2})[:：](\d{2})(?::(\d{2}))?/#), let hour = Int64(match.output.1),
            let minute = Int64(match.output.2), hour < 24, minute < 60, moments.contains(Int(other))
        else { return nil }
        let second = match.output.3.flatMap { Int64($0) } ?? 0
        return moment(ofDay: dayNumber(other), hour: hour, minute: minute, second: min(second, 59))
    }

    /// A statement's member: another copy's journal may hold what nobody here could have recorded.
    static func moment(_ member: Any?) -> Int64? {
        (member as? Int).flatMap { moments.contains($0) ? Int64($0) : nil }
    }

    /// The end of a day that a form names, `2022-04-20`.
    static func end(ofDay text: String) -> Int64? {
        guard text.wholeMatch(of: #/\d{4}-\d{2}-\d{2}/#) != nil,
            let start = try? Date(text, strategy: .iso8601.year().month().day())
        else { return nil }
        return Int64(start.timeIntervalSince1970) - zone + day
    }

    /// The moment that times on a page about a round are near to: now, but within the round.
    static func reference(opens: Int64?, deadline: Int64?, now: Int64) -> Int64 {
        guard let opens else { return now }
        return min(max(now, opens), max(opens, deadline ?? opens + day))
    }

    /// Since when times of a shift on such a page are: nobody comes more than six hours before a round opens, and no
    /// shift is longer than sixteen.
    static func shift(opens: Int64?, deadline: Int64?, now: Int64) -> Int64 {
        let latest = reference(opens: opens, deadline: deadline, now: now) - 16 * 3600
        return max(latest, opens.map { $0 - 6 * 3600 } ?? latest)
    }
}
