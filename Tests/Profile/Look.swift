import Coverage
import Federation
import Generator

@testable import District

/// One look at what a reader is served while nodes, lines and the aggregator itself come and go. Whoever is away, a figure
/// is made of known units only, each as its own store was at the position that is held of it; its bounds hold whatever
/// the others turn out to have done; and nobody reads an exact figure while somebody is missing.
///
/// Everything is of one picture, so it is exact at any moment: nothing has to be waited for, and nothing is roughly right.
struct Look {
    private struct Standpoint {
        var known = 0
        /// Of the known units, and of those whose last word is shown beside.
        var now = Told()
        var last = Told()
        /// What the others have in the end; what is due there, had nothing been done.
        var others = Told()
    }
    /// Milliseconds within which a busy aggregator notices that an appointment has passed.
    private static let sweep: Int64 = 5000

    private let picture: Picture
    private let expected: [String: Int]
    private var standpoints: [Standpoint]
    private(set) var faults: [String] = []
    /// Units that aren't known now; how many of them missed an appointment.
    private(set) var away: Set<String> = []
    private(set) var stale = 0

    /// - Parameter ends: what each unit ends with.
    init(_ picture: Picture, _ ends: [String: Told], expected: [String: Int], _ testimony: Testimony) {
        (self.picture, self.expected) = (picture, expected)
        let tree = picture.rollup.tree
        standpoints = Array(repeating: Standpoint(), count: tree.places.count)
        let totals = picture.cut("survey", City.round)
        for unit in tree.units.indices {
            count(unit, totals.standings[unit], ends[tree.units[unit].code.text] ?? Told(), testimony)
        }
        let question = Question(period: City.round, measures: Coverage.Measure.all)
        for place in tree.places.indices { check(picture.figures(place, question), standpoints[place]) }
    }

    private mutating func count(_ unit: Int, _ standing: Standing, _ end: Told, _ testimony: Testimony) {
        let (entry, copies) = (picture.rollup.tree.units[unit], picture.speakers[unit])
        let said = copies.active.flatMap { copy in
            testimony.said(.init(incarnation: copy.parent.incarnation, position: copy.parent.position))
        }
        if said == nil, standing == .known || standing.hasLast {
            faults.append("\(entry.code) is counted at a position that its store never had")
        }
        if standing == .known, let active = copies.active, active.appointment + Look.sweep < picture.now {
            faults.append("\(entry.code) is counted, and its appointment has passed")
        }
        if standing != .known { away.insert(entry.code.text) }
        stale += standing == .stale ? 1 : 0
        var place = entry.place
        while place >= 0 {
            if standing == .known {
                standpoints[place].known += 1
                standpoints[place].now += said ?? Told()
            } else {
                standpoints[place].others += end
                if standing.hasLast { standpoints[place].last += said ?? Told() }
            }
            place = picture.rollup.tree.places[place].parent
        }
    }

    private mutating func check(_ figures: PlaceFigures, _ here: Standpoint) {
        let all = figures.completeness
        let others = all.stale + all.silent + all.neverConnected + all.disputed + all.unknownRows
        if all.known != here.known || all.known + others != all.expected || all.expected != expected[figures.code] {
            faults.append("\(figures.code): \(all), of \(here.known) known")
        }
        for (place, measured) in figures.measures.enumerated() {
            let fault = fault(
                measured.figure, here.now.rates[place], here.last.rates[place], here.others.rates[place],
                isWhole: here.known == all.expected)
            if let fault { faults.append("\(figures.code) \(measured.measure.code): \(fault)") }
        }
    }

    private func fault(_ figure: Figure, _ now: Told.Rate, _ last: Told.Rate, _ others: Told.Rate, isWhole: Bool)
        -> String?
    {
        let evidence = figure.evidence
        if evidence.numerator != now.numerator || evidence.denominator != now.denominator {
            return "\(evidence.numerator)/\(evidence.denominator) is not what the known units said: \(now)"
        }
        if evidence.lastNumerator != last.numerator || evidence.lastDenominator != last.denominator {
            return "last known \(evidence.lastNumerator)/\(evidence.lastDenominator) is not \(last)"
        }
        if figure.isExact, !isWhole { return "exact, and somebody is missing" }
        guard figure.noBound == nil else { return "no bound though every unit has a ceiling" }
        for done in [0, others.numerator] {
            let truth = (n: Int64(now.numerator + done), d: Int64(now.denominator + others.denominator))
            guard truth.d > 0 else { continue }
            guard let lower = figure.lower, let upper = figure.upper,
                lower.numerator * truth.d <= truth.n * lower.denominator,
                upper.numerator * truth.d >= truth.n * upper.denominator
            else {
                return
                    "\(truth) is outside \(figure.lower.map { "\($0)" } ?? "-") … \(figure.upper.map { "\($0)" } ?? "-")"
            }
        }
        return nil
    }
}
