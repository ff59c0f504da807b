import Coverage
import Daemon
import Federation
import Foundation
import Wire

/// `GET /v1/stats`: what is known of a place and its children, with how far it can be trusted.
struct StatsDocument: Encodable {
    struct Measured: Encodable {
        var measure: String
        var rule_version: Int
        var base: String
        var numerator: Int64
        var denominator: Int64
        /// Tenths of a percent: nearest, rounded down, rounded up. Null where nothing is due or no bound is.
        /// Where nobody is unknown the bounds are the rate itself, and `exact` says so.
        @Null var rate_permille: Int64?
        @Null var lower_permille: Int64?
        @Null var upper_permille: Int64?
        var exact: Bool
        /// The bounds unrounded.
        @Null var lower: Fraction?
        @Null var upper: Fraction?
        @Null var no_bound: String?
        var last_known: LastKnown
        var missing: Missing
        var unknown_ceiling: Int64
        @Null var share_unknown_permille: Int64?
        /// Of which nobody knows how many are due: part of both bounds.
        var uncounted_households: Int64
        /// More is due by the units' word than the registry's ceiling allows.
        @Null var above_registered: Excess?
    }
    struct Fraction: Encodable, Equatable {
        var numerator: Int64
        var denominator: Int64

        init?(_ ratio: Ratio?) {
            guard let ratio else { return nil }
            numerator = ratio.numerator
            denominator = ratio.denominator
        }
    }
    struct LastKnown: Encodable {
        var numerator: Int64
        var denominator: Int64
        @Null var rate_permille: Int64?
    }
    struct Missing: Encodable {
        var at_least: Int64
        @Null var at_most: Int64?
        /// Null where nobody has said anything yet.
        @Null var last_known: Int64?
    }
    struct Units: Encodable {
        var expected: Int
        var heard: Int
        var stale: Int
        var silent: Int
        var never_connected: Int
        var disputed: Int
        var unknown_rows: Int
        @Null var completeness_permille: Int64?
        /// Whose report stood at the deadline; null before it, and where nobody took a sample then.
        @Null var on_time: Int?
        @Null var on_time_permille: Int64?
    }
    /// How far it should have come by when, and how far it had.
    struct Target: Encodable, Equatable {
        var at: Int64
        var percent: Int
        var outcome: String
        /// Completion at that time, or now where that is still to come.
        @Null var lower_permille: Int64?
        @Null var upper_permille: Int64?

        init(_ standing: TargetStanding) {
            (at, percent, outcome) = (standing.target.at, standing.target.percent, standing.outcome.rawValue)
            lower_permille = standing.figure?.lower?.permilleDown
            upper_permille = standing.figure?.upper?.permilleUp
        }
    }
    /// What is counted beside the survey.
    struct Dataset: Encodable {
        var units: Units
        var measures: [Measured]
    }
    struct Place: Encodable {
        var code: String
        var name: String
        var level: String
        var state: String?
        var measures: [Measured]
        var units: Units
        var oldest_contact: Int64?
        var volunteers: [String: Int64]
        /// Sums of every other dataset over known units, by dataset and indicator; a unit that sent none of it adds none.
        var datasets: [String: [String: Int64]]
        /// Of whom those sums are, `volunteers` too, and their rates; absent for what was sampled.
        var by_dataset: [String: Dataset]?
        /// Households counted by two units, and those that their owner doesn't count yet.
        var double_claims: Int64
        var claims_in_transit: Int64
        /// Calls that stand in `last_known` in the place of what their units last sent; absent if there is none.
        var phoned_in: [PhonedIn]?
        /// What was wanted by the clock, in the order of times; null for an overlay.
        @Null var targets: [Target]?
        /// What was asked for.
        var fields: Set<StatsSelection.Field>

        enum Keys: String, CodingKey {
            case code, name, level, state, measures, units, oldest_contact, volunteers, datasets, by_dataset,
                double_claims, claims_in_transit, phoned_in, targets
        }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Keys.self)
            try members.encode(code, forKey: .code)
            try members.encode(name, forKey: .name)
            try members.encode(level, forKey: .level)
            try members.encode(state, forKey: .state)
            for field in fields {
                switch field {
                case .measures: try members.encode(measures, forKey: .measures)
                case .units: try members.encode(units, forKey: .units)
                case .oldest_contact: try members.encode(oldest_contact, forKey: .oldest_contact)
                case .volunteers: try members.encode(volunteers, forKey: .volunteers)
                case .datasets: try members.encode(datasets, forKey: .datasets)
                case .by_dataset: try members.encodeIfPresent(by_dataset, forKey: .by_dataset)
                case .double_claims: try members.encode(double_claims, forKey: .double_claims)
                case .claims_in_transit: try members.encode(claims_in_transit, forKey: .claims_in_transit)
                case .phoned_in: try members.encodeIfPresent(phoned_in, forKey: .phoned_in)
                case .targets: try members.encode(targets, forKey: .targets)
                }
            }
        }
    }
    struct Cut: Encodable {
        /// `division`, or the kind of an overlay.
        var kind: String
        /// Of an overlay.
        @Null var code: String?
        @Null var name: String?
        /// The division edition, or the day on which the overlay had these members.
        @Null var version: String?
        /// Members of an overlay for which nobody is registered: there is no bound.
        var unresolved: [String]
        /// What a person reads, Chinese and English.
        var text: [String]

        init(_ words: CutWords) {
            (kind, code, name) = (words.kind, words.code, words.name)
            (version, unresolved) = (words.version, words.unresolved)
            text = [Messages.zhHans, .english].map { words.text($0) }
        }
    }
    struct PhonedIn: Encodable {
        var unit: String
        var at: Int64
        var done: Int64
        var due: Int64
        @Null var tested: Int64?
        @Null var residents: Int64?
        var caller: String
        var officer: String

        init(_ call: PhoneIn) {
            (unit, at, caller, officer) = (call.unit.text, call.at, call.caller, call.officer)
            (done, due) = (call.counts.done, call.counts.due)
            (tested, residents) = (call.counts.tested, call.counts.residents)
        }
    }
    var v = 1
    var campaign: String
    var as_of: Int64
    /// Of the round, in its last version.
    var deadline: Int64
    var revision: UInt64
    @Null var division_edition: String?
    /// By what the figures are added up.
    var cut: Cut
    var suppression = "none"
    var place: Place
    var children: [Place]

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}

extension StatsDocument {
    init(_ asked: Asked, fields: Set<StatsSelection.Field>) {
        let picture = asked.picture
        func place(_ spot: Spot) -> Place {
            let figures = picture.figures(spot, asked.question)
            return Place(
                figures, state: picture.standing(spot, "survey", asked.question.period),
                timeliness: asked.timeliness(spot),
                targets: fields.contains(.targets) ? asked.targets(spot, figures, now: picture.wall) : nil,
                datasets: fields.contains(.by_dataset) ? picture.datasets(spot, asked.question.period) : nil,
                fields: fields)
        }
        self.init(
            campaign: asked.campaign.code.text, as_of: picture.wall, deadline: asked.campaign.deadline,
            revision: picture.revision(of: asked.campaign.code),
            division_edition: picture.edition, cut: Cut(picture.cutWords), place: place(asked.subject),
            children: asked.others.map(place))
    }
}

extension StatsDocument.Place {
    init(
        _ figures: PlaceFigures, state: Standing?, timeliness: Timeliness? = nil,
        targets: [TargetStanding]?,
        datasets beside: [String: DatasetFigures]? = nil,
        fields: Set<StatsSelection.Field> = Set(StatsSelection.Field.allCases)
    ) {
        self.fields = fields
        code = figures.code
        name = figures.name
        level = figures.level
        self.state = state?.word
        measures = figures.measures.map { StatsDocument.Measured($0, wasHeard: figures.wasHeard) }
        units = StatsDocument.Units(figures.completeness, timeliness)
        oldest_contact = figures.oldestContact
        volunteers = figures.counts
        datasets = figures.others
        by_dataset = beside?.mapValues(StatsDocument.Dataset.init)
        phoned_in = figures.phonedIn.isEmpty ? nil : figures.phonedIn.map(StatsDocument.PhonedIn.init)
        double_claims = figures.openClaims.surplus
        claims_in_transit = figures.openClaims.deficit
        self.targets = targets?.map(StatsDocument.Target.init)
    }
}

extension StatsDocument.Units {
    init(_ all: Completeness, _ timeliness: Timeliness? = nil) {
        self.init(
            expected: all.expected, heard: all.known, stale: all.stale, silent: all.silent,
            never_connected: all.neverConnected, disputed: all.disputed, unknown_rows: all.unknownRows,
            completeness_permille: all.rate?.permilleDown, on_time: timeliness?.onTime,
            on_time_permille: timeliness?.rate?.permilleDown)
    }
}

extension StatsDocument.Dataset {
    init(_ figures: DatasetFigures) {
        self.init(
            units: StatsDocument.Units(figures.completeness),
            measures: figures.measures.map {
                StatsDocument.Measured($0, wasHeard: figures.completeness.wasHeard)
            })
    }
}

extension StatsDocument.Measured {
    init(_ measured: MeasureFigure, wasHeard: Bool) {
        let figure = measured.figure
        measure = measured.measure.code
        rule_version = measured.measure.version
        base = measured.measure.base.rawValue
        numerator = figure.evidence.numerator
        denominator = figure.evidence.denominator
        rate_permille = figure.rate?.permilleNearest
        lower_permille = figure.lower?.permilleDown
        upper_permille = figure.upper?.permilleUp
        exact = figure.isExact
        lower = StatsDocument.Fraction(figure.lower)
        upper = StatsDocument.Fraction(figure.upper)
        #if DEBUG
            if Breakage.chosen == .inwardRounding {
                lower_permille = figure.lower?.permilleUp
                upper_permille = figure.upper?.permilleDown
            }
        #endif
        no_bound = figure.noBound?.rawValue
        last_known = StatsDocument.LastKnown(
            numerator: figure.evidence.numerator + figure.evidence.lastNumerator,
            denominator: figure.evidence.denominator + figure.evidence.lastDenominator,
            rate_permille: figure.lastKnown?.permilleNearest)
        missing = StatsDocument.Missing(
            at_least: figure.missingAtLeast, at_most: figure.missingAtMost,
            last_known: wasHeard ? figure.missingLastKnown : nil)
        unknown_ceiling = figure.evidence.unknownCeiling
        share_unknown_permille = figure.shareUnknown?.permilleUp
        uncounted_households = figure.evidence.uncounted
        above_registered = measured.excess
    }
}

extension Standing {
    /// As on the wire and in metrics.
    var word: String {
        switch self {
        case .neverConnected: "never_connected"
        case .silent: "silent"
        case .known: "known"
        case .stale: "stale"
        case .disputed: "disputed"
        case .unknownRows: "unknown_rows"
        }
    }
}
