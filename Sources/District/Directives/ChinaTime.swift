import Federation
import Foundation

/// What a page's field for a time holds: China's, which has one zone and no summer time.
enum ChinaTime {
    /// `2022-04-06T20:00`, as browsers write it.
    static func seconds(_ field: String) -> Int64? {
        let text = field.count == 16 ? "\(field):00" : field
        guard let date = try? Date("\(text)Z", strategy: .iso8601) else { return nil }
        let seconds = Int64(date.timeIntervalSince1970) - ChinaZone.offset
        return self.field(seconds) == String(text.prefix(16)) && seconds >= 0 ? seconds : nil
    }

    /// - Parameter seconds: since 1970.
    static func field(_ seconds: Int64) -> String {
        String(Date(timeIntervalSince1970: Double(seconds + ChinaZone.offset)).formatted(.iso8601).prefix(16))
    }
}
