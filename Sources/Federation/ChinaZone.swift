/// The one zone of China, which has no summer time.
package enum ChinaZone {
    /// Seconds by which its clocks are ahead of UTC.
    package static let offset: Int64 = 8 * 3600
    /// Seconds.
    package static let day: Int64 = 86400
}
