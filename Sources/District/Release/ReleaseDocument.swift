import Coverage
import Federation
import Foundation

/// A release as it is kept and sent: what is public, and nothing else. What is hidden isn't in it; its name is.
struct ReleaseDocument: Codable, Sendable, Equatable {
    struct Suppression: Codable, Sendable, Equatable {
        var applied = true
        var counts_below = Disclosure.smallest
        var rates_below = Disclosure.leastDenominator
        var spread_at_least = Disclosure.spread
    }
    struct Rule: Codable, Sendable, Equatable {
        var measure: String
        var rule_version: Int
        var base: String
        /// Why nothing is said of it this time; absent where something is.
        var withheld: Withheld?
    }
    enum Withheld: String, Codable, Sendable {
        /// No way was found to show some of it and give nothing away.
        case unprotected
        /// What earlier releases hid can't be read any more, so nobody could tell what this one would give away.
        case past_unknown
        /// The round is read by a rule of its own: beside what other rounds told by another, its sums would tell more than is
        /// looked at.
        case own_rule
    }
    struct Place: Codable, Sendable, Equatable {
        var code: String
        var name: String
        var level: String
        /// Absent at the root.
        var parent: String?
        var units_expected: Int64
        var units_heard: UnitsHeard
        var measures: [Measured]
    }
    /// As coarsely as it takes that no single unit shows in it.
    enum UnitsHeard: String, Codable, Sendable {
        case all, most, some, none

        init(_ known: Int64, of expected: Int64) {
            if known == 0 {
                self = .none
            } else if known == expected {
                self = .all
            } else {
                self = known * 4 >= expected * 3 ? .most : .some
            }
        }
    }
    struct Measured: Codable, Sendable, Equatable {
        var measure: String
        /// Of the units that were heard; absent where `hidden` names it, or nobody was heard.
        var done: Int64?
        var missing: Int64?
        var due: Int64?
        /// Tenths of a percent.
        var rate_permille: Int64?
        var lower_permille: Int64?
        var upper_permille: Int64?
        /// Whether the bounds are the rate; it is not where anything wasn't heard or is claimed twice.
        var exact: Bool
        var no_bound: String?
        var missing_at_least: Int64?
        var missing_at_most: Int64?
        var uncounted_at_most: Int64?
        var hidden: [String]
    }

    var v = 1
    var id: String
    var campaign: String
    var name: String
    /// Seconds since 1970: the appointed moment, and when the figures were taken.
    var appointed: Int64
    var as_of: Int64
    var division_edition: String?
    var suppression = Suppression()
    var measures: [Rule]
    var places: [Place]
    /// Sets beside the tree that are made of published places; absent where there is none.
    var overlays: [Overlay]?

    /// A set of places: the sum of what is published of them, and nothing where something of one isn't.
    struct Overlay: Codable, Sendable, Equatable {
        /// Codes of the places, none of them below another.
        var members: [String]
        /// Its level is the set's kind.
        var figures: Place
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(ReleaseDocument.self, from: Data(bytes)) }
}

extension ReleaseDocument {
    /// - Parameters:
    ///   - sets: beside the tree.
    ///   - hidden: by measure's code, what each hides.
    init(
        id: String, _ campaign: RegistryCampaign, appointed: Int64, edition: String?, _ cut: ReleaseCut,
        _ sets: [District.Overlay], _ hidden: [String: Result<[Bool], ReleaseRefusal>]
    ) {
        self.id = id
        self.campaign = campaign.code.text
        name = campaign.name
        self.appointed = appointed
        as_of = cut.at
        division_edition = edition
        measures = Measure.published.map { measure in
            var rule = Rule(
                measure: measure.code, rule_version: cut.version(of: measure) ?? measure.version,
                base: measure.base.rawValue)
            if case .failure(let refusal) = hidden[measure.code] { rule.withheld = refusal.reason }
            return rule
        }
        let hidden = hidden.compactMapValues { try? $0.get() }
        places = cut.places.indices.map { Place(cut, $0, hidden) }
        let told = sets.compactMap { Overlay($0, cut, places, hidden) }
        overlays = told.isEmpty ? nil : told
    }
}

/// Why a measure isn't in a release.
struct ReleaseRefusal: Error, Equatable {
    var reason: ReleaseDocument.Withheld
}

extension ReleaseDocument.Place {
    fileprivate init(_ cut: ReleaseCut, _ index: Int, _ hidden: [String: [Bool]]) {
        let place = cut.places[index]
        self.init(
            code: place.code, name: place.name, level: place.level, cut.samples[index],
            hidden.mapValues { Array($0[index * 3..<index * 3 + 3]) })
        parent = place.parent < 0 ? nil : cut.places[place.parent].code
    }

    fileprivate init(code: String, name: String, level: String, _ sample: Sample, _ hidden: [String: [Bool]]) {
        (self.code, self.name, self.level) = (code, name, level)
        units_expected = sample.expected
        units_heard = .init(sample.known, of: sample.expected)
        measures = Measure.published.compactMap { measure in
            guard let hidden = hidden[measure.code], let evidence = sample.evidence[measure.title] else { return nil }
            return .init(measure, evidence, hidden: hidden, isHeard: sample.known > 0)
        }
    }
}

extension ReleaseDocument.Overlay {
    /// What its members' figures add up to: whoever reads those could add them up himself, so it gives nothing away.
    fileprivate init?(
        _ overlay: Overlay, _ cut: ReleaseCut, _ published: [ReleaseDocument.Place], _ hidden: [String: [Bool]]
    ) {
        guard let places = cut.members(of: overlay.members(on: Day.of(cut.at))) else { return nil }
        members = places.map { cut.places[$0].code }
        var sum = Sample(standings: [:], short: nil, evidence: [:])
        for place in places { sum.addCoarse(cut.samples[place]) }
        let anyHidden = hidden.mapValues { hidden in
            (0..<3).map { column in places.contains { hidden[$0 * 3 + column] } }
        }
        figures = .init(code: overlay.code.text, name: overlay.name, level: overlay.kind.rawValue, sum, anyHidden)
        // Whether sums are above what is due says something of the counts in them.
        for index in figures.measures.indices where !figures.measures[index].hidden.isEmpty {
            let parts = places.compactMap { place in
                published[place].measures.first { $0.measure == figures.measures[index].measure }
            }
            figures.measures[index].no_bound = parts.lazy.compactMap(\.no_bound).first
            figures.measures[index].exact = parts.allSatisfy(\.exact)
        }
    }
}

extension ReleaseDocument.Measured {
    fileprivate init(_ measure: Measure, _ evidence: Evidence, hidden: [Bool], isHeard: Bool) {
        let figure = PublicFigure(evidence, hidden: hidden)
        self.measure = measure.code
        self.hidden = ReleaseTable.Column.allCases.filter { hidden[$0.rawValue] }.map(\.word)
        (no_bound, exact, uncounted_at_most) = (figure.noBound?.rawValue, figure.isExact, figure.uncountedAtMost)
        // Of nobody who was heard nothing was counted, which is not zero.
        guard isHeard else { return }
        (done, missing, due) = (figure.done, figure.missing, figure.due)
        (rate_permille, lower_permille, upper_permille) = (figure.rate, figure.lower, figure.upper)
        (missing_at_least, missing_at_most) = (figure.missingAtLeast, figure.missingAtMost)
    }

    /// What it says of a cell; nil where that is hidden. Units that weren't heard count nothing.
    func shown(_ column: ReleaseTable.Column) -> Int64? {
        if hidden.contains(column.word) { return nil }
        return switch column {
        case .done: done ?? 0
        case .missing: missing ?? (due ?? 0) - (done ?? 0)
        case .due: due ?? 0
        }
    }
}

extension ReleaseTable.Column {
    var word: String {
        switch self {
        case .done: "done"
        case .missing: "missing"
        case .due: "due"
        }
    }
}
