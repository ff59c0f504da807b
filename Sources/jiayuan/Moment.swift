import ArgumentParser
import Federation
import Foundation

/// A moment as commands read and print it: ISO 8601 with the zone shown, China's unless another is given.
struct Moment: ExpressibleByArgument, CustomStringConvertible, Equatable {
    /// Since 1970.
    var seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        if let seconds = Int64(argument) {
            self.seconds = seconds
        } else if let seconds = Moment.seconds(argument) {
            self.seconds = seconds
        } else {
            return nil
        }
    }

    /// Such as `2022-04-06T20:00:00+08:00`.
    var description: String {
        let local = Date(timeIntervalSince1970: Double(seconds + ChinaZone.offset))
        return local.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false)) + "+08:00"
    }

    private static func seconds(_ text: String) -> Int64? {
        let form = /(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:?\d\d)?/
        guard let found = try? form.wholeMatch(in: text)?.output, let offset = offset(found.7) else { return nil }
        let parts = [found.1, found.2, found.3, found.4, found.5, found.6 ?? "0"].compactMap { Int($0) }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let wanted = DateComponents(
            year: parts[0], month: parts[1], day: parts[2], hour: parts[3], minute: parts[4], second: parts[5])
        // A 30th of February is no day, and not the 2nd of March.
        guard let date = calendar.date(from: wanted),
            calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date) == wanted
        else { return nil }
        return Int64(date.timeIntervalSince1970) - Int64(offset)
    }

    private static func offset(_ zone: Substring?) -> Int? {
        guard let zone else { return Int(ChinaZone.offset) }
        if zone == "Z" { return 0 }
        let digits = zone.filter(\.isNumber)
        guard let hours = Int(digits.prefix(2)), let minutes = Int(digits.suffix(2)), hours < 15, minutes < 60 else {
            return nil
        }
        return (zone.hasPrefix("-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
