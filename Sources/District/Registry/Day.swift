import Foundation

/// Days as the registry dates them: China's, which has one zone and no summer time.
enum Day {
    /// `YYYY-MM-DD`.
    ///
    /// - Parameter seconds: since 1970.
    static func of(_ seconds: Int64) -> String {
        String(Date(timeIntervalSince1970: Double(seconds + 8 * 3600)).formatted(.iso8601).prefix(10))
    }
}
