import Federation
import Foundation
import GRDB

/// A time that somebody reads off a clock and types, as a moment: `18:30` of the evening that the page is about.
enum ClockTime {
    /// Seconds by which China's clocks are ahead of UTC, and those of a day.
    static let (zone, day): (Int64, Int64) = (8 * 3600, 86_400)
    static let moments: ClosedRange<Int> = 0...253_402_300_799

    /// The moment nearest to another at which the clock shows this: after midnight `23:30` is yesterday's.
    ///
    /// - Returns: nil for what is no time of a day.
    static func moment(_ text: String, near: Int64) -> Int64? {
        guard let today = today(text, near) else { return nil }
        return [today - day, today, today + day].min { abs($0 - near) < abs($1 - near) }
    }

    /// The one moment of the day from another on at which the clock shows this: nothing is left to guess.
    static func moment(_ text: String, since: Int64) -> Int64? {
        today(text, since).map { $0 < since ? $0 + day : $0 }
    }

    /// On the day of another moment.
    private static func today(_ text: String, _ moment: Int64) -> Int64? {
        guard let match = text.wholeMatch(of: #/(\d{1,2})[:：](\d{2})(?::(\d{2}))?/#), let hour = Int64(match.output.1),
            let minute = Int64(match.output.2), hour < 24, minute < 60, moments.contains(Int(moment))
        else { return nil }
        let second = match.output.3.flatMap { Int64($0) } ?? 0
        let midnight = (moment + zone) / day * day - zone
        return midnight + hour * 3600 + minute * 60 + min(second, 59)
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

    /// Year, month and day in China.
    static func date(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds + zone)).formatted(.iso8601.year().month().day())
    }
}

extension FormFields {
    /// Nil where nobody typed a time. The form says which evening is meant: the time is `near` a moment, or of the day
    /// `since` one.
    func moment(_ name: String) throws(IntakeError) -> Int64? {
        guard let text = self[name] else { return nil }
        let moment =
            if let since = self["since"].flatMap({ Int64($0) }) {
                ClockTime.moment(text, since: since)
            } else {
                self["near"].flatMap { Int64($0) }.flatMap { ClockTime.moment(text, near: $0) }
            }
        guard let moment else { throw IntakeError(.notATime, field: name, value: text) }
        return moment
    }
}

extension JSONFields {
    /// Seconds since 1970; nil where nothing is said.
    func moment(_ name: String) throws(IntakeError) -> Int64? {
        has(name) ? Int64(try number(name, in: ClockTime.moments)) : nil
    }
}
