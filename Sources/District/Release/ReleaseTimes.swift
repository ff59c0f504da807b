import Federation

/// The times of the day at which the public is told, by China's clock.
package struct ReleaseTimes: Sendable, Equatable {
    /// Seconds after midnight, ascending.
    private let seconds: [Int64]

    /// - Parameter text: such as `08:00 12:00 18:00`; seconds may follow the minutes.
    /// - Returns: nil where it says anything else.
    package init?(_ text: String) {
        let times = text.split(separator: " ").map(ReleaseTimes.seconds)
        let known = times.compactMap(\.self)
        guard !known.isEmpty, known.count == times.count, Set(known).count == known.count else { return nil }
        seconds = known.sorted()
    }

    private static func seconds(_ time: Substring) -> Int64? {
        let parts = time.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
        let numbers = parts.compactMap { Int64($0) }
        guard numbers.count == parts.count, (0..<24).contains(numbers[0]),
            numbers.dropFirst().allSatisfy({ (0..<60).contains($0) })
        else { return nil }
        return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)
    }

    /// Appointed moments, seconds since 1970: after the one and up to the other.
    func moments(after earlier: Int64, through later: Int64) -> [Int64] {
        guard earlier < later else { return [] }
        let (zone, day) = (ChinaZone.offset, ChinaZone.day)
        let days = (earlier + zone) / day...(later + zone) / day
        return days.flatMap { number in seconds.map { number * day - zone + $0 } }
            .filter { $0 > earlier && $0 <= later }
    }
}
