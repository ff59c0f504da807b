import Federation
import Foundation

/// How far a round should be by when: `12:00 50%`.
package struct RoundTarget: Codable, Sendable, Equatable {
    /// Seconds since 1970.
    package var at: Int64
    /// Of the households that are due, from 1 to 100.
    package var percent: Int

    package init(at: Int64, percent: Int) { (self.at, self.percent) = (at, percent) }

    /// Of one round.
    package static let most = 8

    /// Why targets can't stand beside each other, or not in their round.
    package enum Fault: Equatable { case tooMany, noPercent, outOfOrder, outside }

    /// The end of the year 9999: what a parent says of later can't be shown.
    private static let latest: Int64 = 253_402_300_799

    /// What is wanted grows with the hours, from the opening to the deadline.
    ///
    /// - Parameter targets: in the order of their times.
    package static func fault(_ targets: [RoundTarget], opens: Int64 = 0, deadline: Int64 = latest) -> Fault? {
        guard targets.count <= most else { return .tooMany }
        guard targets.allSatisfy({ (1...100).contains($0.percent) }) else { return .noPercent }
        guard zip(targets, targets.dropFirst()).allSatisfy({ $0.at < $1.at && $0.percent <= $1.percent }) else {
            return .outOfOrder
        }
        return targets.allSatisfy { $0.at >= opens && $0.at <= deadline } ? nil : .outside
    }

    // MARK: As a file keeps them

    /// `1649217600 50,1649232000 100`.
    package static func kept(_ targets: [RoundTarget]) -> String {
        targets.map { "\($0.at) \($0.percent)" }.joined(separator: ",")
    }

    /// What can't be read is left out: another copy's journal may hold anything.
    package static func targets(kept text: String) -> [RoundTarget] {
        text.split(separator: ",").compactMap { entry in
            let parts = entry.split(separator: " ")
            guard parts.count == 2, let at = Int64(parts[0]), let percent = Int(parts[1]) else { return nil }
            return RoundTarget(at: at, percent: percent)
        }
    }

    // MARK: As people write them

    /// `12:00 50%，16:00 100%` by China's clock, on the day of another moment; `04-05 12:00 50%` on a day of its own. Of a
    /// round that goes past midnight an hour that would lie after the deadline is the evening's before it.
    ///
    /// - Returns: in the order of their times; nil for what says anything else.
    package static func targets(
        written text: String, near moment: Int64, opens: Int64?, deadline: Int64?
    ) -> [RoundTarget]? {
        let plain = text.precomposedStringWithCompatibilityMapping.filter { !$0.isWhitespace || $0.isNewline }
        let parts = plain.split { ",;、\n".contains($0) }
        let read = parts.map { part -> RoundTarget? in
            guard
                let match = part.wholeMatch(of: #/(?:([0-9]{2}-[0-9]{2}))?([0-9]{1,2}):([0-9]{2})([0-9]{1,3})%?/#),
                let hour = Int64(match.output.2), let minute = Int64(match.output.3), let percent = Int(match.output.4),
                hour < 24, minute < 60, (1...100).contains(percent)
            else { return nil }
            let time = hour * 3600 + minute * 60
            if let day = match.output.1 {
                return midnight(String(day), near: moment).map { RoundTarget(at: $0 + time, percent: percent) }
            }
            let at = midnight(of: moment) + time
            let isEveningBefore = at > deadline ?? .max && at - ChinaZone.day >= opens ?? .max
            return RoundTarget(at: isEveningBefore ? at - ChinaZone.day : at, percent: percent)
        }
        let targets = read.compactMap(\.self)
        return targets.count == read.count && targets.count <= most ? targets.sorted { $0.at < $1.at } : nil
    }

    /// What `targets(written:)` reads back.
    package static func written(_ targets: [RoundTarget], near moment: Int64) -> String {
        targets.map { target in
            let day =
                midnight(of: target.at) == midnight(of: moment) ? "" : shown(target.at).dropFirst(5).prefix(5) + " "
            return "\(day)\(shown(target.at).dropFirst(11).prefix(5)) \(target.percent)%"
        }.joined(separator: "，")
    }

    private static func midnight(of moment: Int64) -> Int64 {
        moment - (moment + ChinaZone.offset) % ChinaZone.day
    }

    /// Of a day such as `04-05`, in the year in which it lies nearest.
    private static func midnight(_ day: String, near moment: Int64) -> Int64? {
        guard let year = Int(shown(moment).prefix(4)) else { return nil }
        let days = (year - 1...year + 1).compactMap { year -> Int64? in
            let text = "\(year)-\(day)T00:00:00"
            guard let date = try? Date("\(text)Z", strategy: .iso8601) else { return nil }
            let midnight = Int64(date.timeIntervalSince1970) - ChinaZone.offset
            // A 30th of February is no day, and not the 2nd of March.
            return shown(midnight).hasPrefix(text) ? midnight : nil
        }
        return days.min { abs($0 - moment) < abs($1 - moment) }
    }

    /// `2022-04-06T20:00:00Z`, by China's clock.
    private static func shown(_ moment: Int64) -> String {
        Date(timeIntervalSince1970: Double(moment + ChinaZone.offset)).formatted(.iso8601)
    }
}
