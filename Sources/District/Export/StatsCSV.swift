import Coverage
import Daemon
import Federation

/// `GET /v1/stats.csv`: a row for each place, everything that makes a figure trustworthy beside it.
///
/// Zero is `0`. Unknown is an empty cell with the measure's `state` `unknown` (and the unit's `state` saying why); what
/// doesn't exist, such as a rate of which nothing is due, is an empty cell with the state `nothing_due`.
enum StatsCSV {
    struct Column: Sendable {
        var name: String
        /// What is counted.
        var unit: String?
        /// The part of the figures that it belongs to; nil for what comes always.
        var field: StatsSelection.Field?
        var text: @Sendable (ReportedPlace, Asked) -> String

        var heading: String { unit.map { "\(name) [\($0)]" } ?? name }
    }

    static func encoded(_ asked: Asked, _ fields: Set<StatsSelection.Field>) -> [UInt8] {
        let columns = columns.filter { $0.field.map(fields.contains) ?? true }
        var table = CSVWriter(header: columns.map(\.heading), marksByteOrder: true)
        for spot in asked.rows {
            let place = ReportedPlace(spot, in: asked)
            table.append(columns.map { $0.text(place, asked) })
        }
        return Array(table.text.utf8)
    }

    static let columns: [Column] =
        round + units + Measure.all.indices.flatMap { measure(Measure.all[$0], .measures, \.measures[$0]) } + others
        + Measure.beside.indices.flatMap { measure(Measure.beside[$0], .by_dataset, \.beside[$0]) }

    private static func column(
        _ name: String, _ unit: String? = nil, _ field: StatsSelection.Field? = nil,
        _ value: @escaping @Sendable (ReportedPlace, Asked) -> (any LosslessStringConvertible)?
    ) -> Column {
        Column(name: name, unit: unit, field: field) { value($0, $1)?.description ?? "" }
    }

    private static let round: [Column] = [
        column("campaign") { $1.campaign.code.text },
        column("as_of") { ZonedTime.text($1.picture.wall) },
        column("deadline") { ZonedTime.text($1.campaign.deadline) },
        column("division_edition") { $1.picture.edition },
        column("cut") { $1.picture.cutWords.kind },
        column("cut_code") { $1.picture.cutWords.code },
        column("cut_version") { $1.picture.cutWords.version },
        column("level") { place, _ in place.figures.level },
        column("code") { place, _ in place.figures.code },
        column("name") { place, _ in place.figures.name },
        column("state") { place, _ in place.standing?.word },
    ]

    private static let units: [Column] =
        ([
            ("expected", \.expected), ("heard", \.known), ("stale", \.stale), ("silent", \.silent),
            ("never_connected", \.neverConnected), ("disputed", \.disputed), ("unknown_rows", \.unknownRows),
        ] as [(String, any KeyPath<Completeness, Int> & Sendable)]).map { name, count in
            column("units.\(name)", "units", .units) { place, _ in place.figures.completeness[keyPath: count] }
        } + [
            column("units.completeness", "%", .units) { place, _ in
                place.figures.completeness.rate.map { Ratio.percent($0.permilleDown) }
            },
            column("units.on_time", "units", .units) { place, _ in place.timeliness?.onTime },
            column("units.timeliness", "%", .units) { place, _ in
                place.timeliness?.rate.map { Ratio.percent($0.permilleDown) }
            },
            column("oldest_contact", nil, .oldest_contact) { place, _ in
                place.figures.oldestContact.map(ZonedTime.text)
            },
        ]

    private static func measure(
        _ measure: Measure, _ field: StatsSelection.Field,
        _ path: any KeyPath<ReportedPlace, ReportedMeasure> & Sendable
    ) -> [Column] {
        func part(
            _ name: String, _ unit: String? = nil,
            _ value: @escaping @Sendable (ReportedMeasure) -> (any LosslessStringConvertible)?
        ) -> Column {
            column("\(measure.code).\(name)", unit, field) { place, _ in value(place[keyPath: path]) }
        }
        let base = measure.base.rawValue
        return [
            part("state") { $0.state.rawValue },
            part("rule_version") { $0.measure.version },
            part("numerator", base) { $0.numerator },
            part("denominator", base) { $0.denominator },
            part("rate", "%") { $0.rate.map { Ratio.percent($0.permilleNearest) } },
            part("lower", "%") { $0.figure.lower.map { Ratio.percent($0.permilleDown) } },
            part("upper", "%") { $0.figure.upper.map { Ratio.percent($0.permilleUp) } },
            part("no_bound") { $0.figure.noBound?.rawValue },
            part("missing_at_least", base) { $0.figure.missingAtLeast },
            part("missing_at_most", base) { $0.figure.missingAtMost },
            part("last_known_numerator", base) { $0.lastKnown?.numerator },
            part("last_known_denominator", base) { $0.lastKnown?.denominator },
            part("last_known_rate", "%") {
                $0.lastKnown.flatMap { Ratio($0.numerator, $0.denominator) }.map { Ratio.percent($0.permilleNearest) }
            },
            part("unknown_ceiling", base) { $0.figure.evidence.unknownCeiling },
            part("share_unknown", "%") { $0.figure.shareUnknown.map { Ratio.percent($0.permilleUp) } },
            part("uncounted", "households") { $0.numerator == nil ? nil : $0.figure.evidence.uncounted },
            part("above_registered", base) { $0.excess.map { $0.reported - $0.registered } },
        ]
    }

    private static let others: [Column] =
        ["need", "filled", "short"].map { name in
            column("volunteers.\(name)", "people", .volunteers) { place, _ in place.volunteers?[name] }
        } + [
            column("double_claims", "households", .double_claims) { place, _ in place.figures.openClaims.surplus },
            column("claims_in_transit", "households", .claims_in_transit) { place, _ in
                place.figures.openClaims.deficit
            },
            column("phoned_in", "calls", .phoned_in) { place, _ in place.figures.phonedIn.count },
        ]
}

extension Asked {
    /// The subject and what is asked of it; with a level, that level alone.
    var rows: [Spot] { isOneLevel ? others : [subject] + others }
}
