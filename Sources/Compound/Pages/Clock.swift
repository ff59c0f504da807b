import Foundation

/// Times as people in the compound read them: the clock of China, which has one zone and no summer time.
enum Clock {
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

    private static func moment(_ seconds: Int64) -> (day: String, time: String) {
        let parts = Date(timeIntervalSince1970: Double(seconds + 8 * 3600)).formatted(.iso8601).split(separator: "T")
        return (String(parts.first ?? ""), String(parts.last?.prefix(5) ?? ""))
    }
}
