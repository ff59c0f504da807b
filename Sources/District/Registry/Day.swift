import Federation
import Foundation

/// Days as the registry dates them: China's, which has one zone and no summer time.
package enum Day {
    /// Whether a text is a day of the calendar, as `of` writes it.
    static func isDay(_ text: String) -> Bool {
        guard let date = try? Date("\(text)T00:00:00Z", strategy: .iso8601) else { return false }
        return String(date.formatted(.iso8601).prefix(10)) == text
    }

    /// `YYYY-MM-DD`.
    ///
    /// - Parameter seconds: since 1970.
    package static func of(_ seconds: Int64) -> String {
        String(Date(timeIntervalSince1970: Double(seconds + ChinaZone.offset)).formatted(.iso8601).prefix(10))
    }
}
