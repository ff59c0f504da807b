import Foundation

/// Where a value lies nine times in ten at a place of a round to come, by those of places in earlier rounds.
///
/// The middle of a round to come is foretold from the middles of the others as a further observation of a normal distribution (Student's
/// t: ISO 16269-8:2004). How far a place lies from the middle of its round is foretold by ranks, whatever their distribution (split
/// conformal prediction: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005). Neither tells of the other, so
/// the two distances are added as the sides of a right triangle.
struct Foretold: Equatable {
    let low: Double
    let high: Double

    /// With fewer rounds the quantile is so large that the interval says nothing.
    static let leastRounds = 4
    /// Of so many places one may be infinite. Two more are reckoned than were seen: that few never got there may be luck, and
    /// whoever looks only where it was lucky is wrong more often than he thinks (Agresti and Coull, 1998, add two likewise).
    static let rarest = 20
    private static let unseen = 2
    /// Of Student's t, exceeded once in twenty, from three degrees of freedom on; for more than six the last, which is wider.
    private static let quantiles = [2.353, 2.132, 2.015, 1.943]

    /// - Parameter rounds: the values by round; infinite for what is larger than any.
    /// - Returns: nil where there are too few, or where one in twenty may be infinite.
    init?(_ rounds: [[Double]]) {
        let rounds = rounds.filter { !$0.isEmpty }.map { $0.sorted() }
        guard rounds.count >= Foretold.leastRounds else { return nil }
        let middles = rounds.map(Foretold.middle)
        guard middles.allSatisfy(\.isFinite), let places = Foretold.places(rounds, middles) else { return nil }
        let number = Double(middles.count)
        let mean = middles.reduce(0, +) / number
        let variance = middles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (number - 1)
        let quantile = Foretold.quantiles[min(rounds.count - Foretold.leastRounds, Foretold.quantiles.count - 1)]
        let round = quantile * (variance * (1 + 1 / number)).squareRoot()
        (low, high) = (mean - hypot(places.below, round), mean + hypot(places.above, round))
    }

    /// How far places lie from the middle of their round, nine times in ten; nothing where each round has one.
    private static func places(_ rounds: [[Double]], _ middles: [Double]) -> (below: Double, above: Double)? {
        let distances = zip(rounds, middles).flatMap { values, middle in values.map { $0 - middle } }.sorted()
        if distances.count == rounds.count { return (0, 0) }
        let infinite = distances.count { !$0.isFinite }
        guard (infinite + unseen) * rarest <= distances.count else { return nil }
        // Ranks, from one, of the largest that nineteen in twenty exceed and the smallest that nineteen in twenty don't.
        let low = (distances.count + 1) / rarest
        let high = distances.count + 1 - low
        return (max(0, -distances[low - 1]), max(0, distances[high - 1]))
    }

    private static func middle(_ sorted: [Double]) -> Double {
        let half = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
    }
}
