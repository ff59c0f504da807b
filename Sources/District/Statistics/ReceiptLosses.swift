import Coverage
import Federation

extension Receipt {
    /// Households of one campaign that had a final result before the takeover and have none since.
    struct Fewer: Equatable, Sendable {
        var campaign: Code
        var households: Int64
        /// Where, in ascending order.
        var buildings: [Code]
    }

    /// By campaign, in ascending order; campaigns that lost nothing are not in it.
    var fewer: [Fewer] {
        var found: [Code: Fewer] = [:]
        for line in lines where line.key.dataset.text == Measure.completion.dataset {
            let lost = line.lostHouseholds
            guard lost > 0 else { continue }
            found[line.key.period, default: Fewer(campaign: line.key.period, households: 0, buildings: [])]
                .households +=
                lost
            found[line.key.period]?.buildings.append(line.key.subject)
        }
        return found.values.sorted { $0.campaign < $1.campaign }
    }
}

extension Receipt.Line {
    /// Final results that the heir doesn't have; what moved from one final class to another isn't lost.
    fileprivate var lostHouseholds: Int64 {
        counts.reduce(0) { sum, count in
            guard Measure.completion.numerator.contains(count.indicator.text) else { return sum }
            return sum + (count.old.known ?? 0) - (count.new?.known ?? 0)
        }
    }
}
