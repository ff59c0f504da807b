import Coverage
import Federation
import Foundation

/// What is said of one place in one round, as it leaves in files: what isn't known has no number, not even an old one.
///
/// A figure on a page stands beside its bounds; a cell of a file is copied alone. So a sum over known units is given only
/// where at least one unit is known, and zero is said only by somebody.
struct ReportedPlace: Sendable {
    let figures: PlaceFigures
    /// How a unit stands; nil for a place.
    let standing: Standing?
    let measures: [ReportedMeasure]
    /// What is measured beside the survey, in the order of `Measure.beside`.
    let beside: [ReportedMeasure]
    let timeliness: Timeliness?
    /// Sums over known units; nil while no unit is known in that dataset.
    let volunteers: [String: Int64]?
    /// The same; nil unless every expected unit is known in it.
    let volunteersOfAll: [String: Int64]?

    init(_ spot: Spot, in asked: Asked) {
        let (picture, period) = (asked.picture, asked.question.period)
        let figures = picture.figures(spot, asked.question)
        self.figures = figures
        standing = picture.standing(spot, "survey", period)
        timeliness = asked.timeliness(spot)
        measures = figures.measures.map { measured in
            let units = picture.completeness(spot, measured.measure.dataset, period)
            let called = figures.phonedIn.contains { $0.counts.pair(measured.measure) != nil }
            return ReportedMeasure(measured, units: units, wasHeard: units.wasHeard || called)
        }
        beside = Measure.beside.map { measure in
            let units = picture.completeness(spot, measure.dataset, period)
            let measured = MeasureFigure(
                measure: measure, figure: picture.figure(spot, measure, period), registered: 0)
            return ReportedMeasure(measured, units: units, wasHeard: units.wasHeard)
        }
        let helped = picture.completeness(spot, "volunteers", period)
        volunteers = helped.known > 0 ? figures.counts : nil
        volunteersOfAll = helped.known == helped.expected ? volunteers : nil
    }

    /// Every expected unit is known and nothing widens a bound of a measure.
    var isComplete: Bool {
        figures.completeness.known == figures.completeness.expected
            && measures.allSatisfy(\.isExact)
    }
}

/// One measure at one place.
struct ReportedMeasure: Sendable {
    /// What stands in the place of numbers, for whoever reads a file without a manual.
    enum State: String, Sendable, CaseIterable {
        /// Of every expected unit, nothing in doubt.
        case exact
        /// The numbers are of the known units; the bounds say what that leaves open.
        case partial
        /// No unit is known: no numbers.
        case unknown
        /// Every unit is known and nothing is due: a number of 0 and no rate.
        case nothingDue = "nothing_due"
    }

    let measure: Measure
    let figure: Figure
    let excess: Excess?
    let units: Completeness
    /// Whether anybody ever said anything: else there is no last known number either.
    private let wasHeard: Bool

    init(_ measured: MeasureFigure, units: Completeness, wasHeard: Bool) {
        measure = measured.measure
        figure = measured.figure
        excess = measured.excess
        self.units = units
        self.wasHeard = wasHeard
    }

    var isExact: Bool { units.known == units.expected && figure.isExact }

    var state: State {
        if units.known == 0 { return .unknown }
        guard isExact else { return .partial }
        return figure.evidence.denominator == 0 ? .nothingDue : .exact
    }

    /// Over the known units.
    var numerator: Int64? { units.known > 0 ? figure.evidence.numerator : nil }
    var denominator: Int64? { units.known > 0 ? figure.evidence.denominator : nil }
    var rate: Ratio? { units.known > 0 ? figure.rate : nil }

    /// Of every expected unit, or nothing: for a system that has no place for a bound.
    var whole: (numerator: Int64, denominator: Int64)? {
        units.known > 0 && isExact ? (figure.evidence.numerator, figure.evidence.denominator) : nil
    }

    var lastKnown: (numerator: Int64, denominator: Int64)? {
        let evidence = figure.evidence
        return wasHeard
            ? (evidence.numerator + evidence.lastNumerator, evidence.denominator + evidence.lastDenominator) : nil
    }

    /// A person has to look: more than was due, or households that two units count.
    var needsAPerson: Bool { excess != nil || figure.noBound == .aboveDue || figure.evidence.surplus > 0 }
}

extension Picture {
    /// How many units stand how in a dataset's round.
    func completeness(_ spot: Spot, _ dataset: String, _ period: Code) -> Completeness {
        let totals = cut(dataset, period)
        switch spot {
        case .place(let place): return completeness(place, totals)
        case .unit(let unit): return Completeness(of: totals.standings[unit])
        }
    }
}

extension Completeness {
    /// Some unit's rows are held, current or not.
    var wasHeard: Bool { known + stale + disputed + unknownRows > 0 }
}

/// Times as files have them: to the second, with China's zone.
enum ZonedTime {
    /// Such as `2022-04-06T20:00:00+08:00`.
    ///
    /// - Parameter seconds: since 1970.
    static func text(_ seconds: Int64) -> String {
        let local = Date(timeIntervalSince1970: Double(seconds + ChinaZone.offset))
        return local.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false)) + "+08:00"
    }
}
