import Coverage
import Federation

/// Stage 8: figures of one place in one round, read from a picture.
struct PlaceFigures: Sendable {
    var code: String
    var name: String
    var level: String
    var measures: [MeasureFigure]
    var completeness: Completeness
    /// Seconds since 1970 of the oldest contact among units that are not known; nil if all are known or
    /// none of the others was ever heard.
    var oldestContact: Int64?
    /// Sums by indicator of a dataset, over known units, for what is no rate.
    var counts: [String: Int64]
    /// The same of every dataset that no measure is made of, by its name.
    var others: [String: [String: Int64]]
    /// Calls that stand in the place of what their units last sent.
    var phonedIn: [PhoneIn]
    /// Households that two units claim and that are not settled.
    var openClaims: OpenClaims

    /// Somebody has said something, by himself or by telephone: else nothing is last known, which is not zero.
    var wasHeard: Bool { completeness.wasHeard || !phonedIn.isEmpty }
}

struct MeasureFigure: Sendable {
    var measure: Measure
    var figure: Figure
    /// What the registry expects to be due; 0 where nobody knows.
    var registered: Int64

    /// More is reported as due than the registry's ceiling allows: counted as it came, and flagged for a person.
    var excess: Excess? {
        let reported = figure.evidence.denominator + figure.evidence.lastDenominator
        guard registered > 0, figure.evidence.unmeasured == 0, figure.evidence.totalCeiling > 0,
            reported > figure.evidence.totalCeiling
        else { return nil }
        return Excess(reported: reported, registered: registered, ceiling: figure.evidence.totalCeiling)
    }
}

struct Excess: Sendable, Equatable, Encodable {
    /// Due by the units' own word, the silent ones as they last were.
    var reported: Int64
    var registered: Int64
    /// What is registered and the allowance on it.
    var ceiling: Int64
}

extension [MeasureFigure] {
    /// Of a measure, by whichever rule it was read.
    func of(_ program: Measure) -> MeasureFigure? { first { $0.measure.isOf(program) } }
}

/// What a reader asks about.
struct Question: Sendable {
    var period: Code
    var measures: [Measure]
}

extension Picture {
    /// By which rules a round is read: the program's, or those that officers published for it.
    func measures(_ round: Code) -> [Measure] { directives.measures(of: round) }
    func measure(_ program: Measure, _ round: Code) -> Measure { measures(round).rule(of: program) }

    /// All that is measured of a round.
    func question(_ round: Code) -> Question { Question(period: round, measures: measures(round)) }

    /// Figures of a place, subtree included.
    func figures(_ place: Int, _ question: Question) -> PlaceFigures {
        let tree = rollup.tree
        let entry = tree.places[place]
        let survey = cut("survey", question.period)
        return PlaceFigures(
            code: entry.code, name: entry.name, level: entry.level,
            measures: question.measures.map {
                MeasureFigure(
                    measure: $0, figure: figure(place, $0, question.period),
                    registered: tree.expected[place].registered($0.base))
            },
            completeness: completeness(place, survey), oldestContact: oldestContact(place, survey),
            counts: counts(place, "volunteers", question.period),
            others: otherDatasets(question.period).reduce(into: [:]) {
                $0[$1.text] = counts(place, $1.text, question.period)
            },
            phonedIn: standingPhoneIns(question.period, below: place).map(\.call),
            openClaims: unsettled(at: place, question.period))
    }

    /// Figures of one unit, as if it were a place of its own.
    func figures(unit: Int, _ question: Question) -> PlaceFigures {
        let entry = rollup.tree.units[unit]
        let totals = cut("survey", question.period)
        return PlaceFigures(
            code: entry.code.text, name: entry.name, level: "unit",
            measures: question.measures.map {
                MeasureFigure(
                    measure: $0, figure: figure(unit: unit, $0, question.period),
                    registered: entry.registered($0.base) ?? 0)
            },
            completeness: Completeness(of: totals.standings[unit]),
            oldestContact: totals.standings[unit] == .known ? nil : heardAt(unit, totals),
            counts: current(unit, "volunteers", question.period),
            others: otherDatasets(question.period).reduce(into: [:]) {
                $0[$1.text] = current(unit, $1.text, question.period)
            },
            phonedIn: standingPhoneIns(question.period).filter { $0.unit == unit }.map(\.call),
            openClaims: unsettled(of: unit, question.period))
    }

    func cut(_ dataset: String, _ period: Code) -> CutTotals { sent(dataset, period) ?? rollup.empty(period) }

    /// Nil where nobody has sent any of it.
    private func sent(_ dataset: String, _ period: Code) -> CutTotals? {
        Code(dataset).flatMap { rollup.cuts[Cut(dataset: $0, period: period)] }
    }

    // MARK: Bounds

    func figure(_ place: Int, _ measure: Measure, _ period: Code) -> Figure {
        let totals = cut(measure.dataset, period)
        let expected = rollup.tree.expected[place]
        let known = totals.knownExpected[place]
        var evidence = Evidence(
            numerator: 0, denominator: 0, lastNumerator: 0, lastDenominator: 0,
            unknownCeiling: expected.ceiling(measure.base) - known.ceiling(measure.base),
            totalCeiling: expected.ceiling(measure.base),
            unbounded: expected.without(measure.base) - known.without(measure.base))
        evidence.unmeasured = expected.without(measure.base)
        evidence.distrust(outgrown(place, measure, period))
        evidence.widen(by: unsettled(at: place, period), measure)
        for (catalogue, sums) in totals.sums {
            let start = place * sums.width
            for (column, indicator) in rollup.shelf[catalogue].indicators.enumerated() {
                let (now, last) = (sums.known[start + column], sums.last[start + column])
                let weight = measure.weight(of: indicator.code.text)
                evidence.numerator += now * weight.done
                evidence.lastNumerator += last * weight.done
                evidence.denominator += now * weight.due
                evidence.lastDenominator += last * weight.due
                if measure.uncounted.contains(indicator.code.text) { evidence.widen(byUncounted: now, measure) }
            }
        }
        evidence.doubtLack()
        replaceLast(of: standingPhoneIns(period, below: place), measure, in: &evidence)
        #if DEBUG
            if Mutation.lastValueAsBound.isActive {
                evidence.numerator += evidence.lastNumerator
                evidence.denominator += evidence.lastDenominator
                evidence.unknownCeiling = 0
            }
        #endif
        return Figure(evidence)
    }

    func figure(unit: Int, _ measure: Measure, _ period: Code) -> Figure {
        let sums = sums(unit, measure.dataset, period)
        let entry = rollup.tree.units[unit]
        let ceiling = entry.ceiling(measure.base)
        let standing = cut(measure.dataset, period).standings[unit]
        let isKnown = standing == .known
        let (numerator, denominator) = sums.reduce((0, 0) as (Int64, Int64)) { so, sum in
            let weight = measure.weight(of: sum.key)
            return (so.0 + sum.value * weight.done, so.1 + sum.value * weight.due)
        }
        var evidence = Evidence(
            numerator: isKnown ? numerator : 0, denominator: isKnown ? denominator : 0,
            lastNumerator: isKnown ? 0 : numerator, lastDenominator: isKnown ? 0 : denominator,
            unknownCeiling: isKnown ? 0 : ceiling ?? 0, totalCeiling: ceiling ?? 0,
            unbounded: isKnown || ceiling != nil ? 0 : 1)
        evidence.unmeasured = ceiling == nil ? 1 : 0
        if let ceiling, standing.hasLast, denominator > ceiling { evidence.distrust(1) }
        evidence.doubtLack()
        replaceLast(of: standingPhoneIns(period).filter { $0.unit == unit }, measure, in: &evidence)
        // A unit that is not known is bounded by its ceiling already, whatever it claims.
        if isKnown {
            evidence.widen(by: unsettled(of: unit, period), measure)
            evidence.widen(
                byUncounted: sums.filter { measure.uncounted.contains($0.key) }.values.reduce(0, +), measure)
        }
        return Figure(evidence)
    }

    /// The unit's sums by indicator; none while it isn't known: an old number beside a state would be read without it.
    private func current(_ unit: Int, _ dataset: String, _ period: Code) -> [String: Int64] {
        cut(dataset, period).standings[unit] == .known ? sums(unit, dataset, period) : [:]
    }

    /// What was last said of the unit, by indicator.
    func sums(_ unit: Int, _ dataset: String, _ period: Code) -> [String: Int64] {
        guard let dataset = Code(dataset), let block = block(unit, Cut(dataset: dataset, period: period))
        else { return [:] }
        var sums: [String: Int64] = [:]
        for (place, vector) in block.sums {
            let own = DerivedRow.own(rollup.shelf[place])
            for (column, indicator) in zip(own.indices, own) where column < vector.count {
                sums[indicator.code.text, default: 0] += vector[column]
            }
        }
        return sums
    }

    /// Over known units; nothing where none is known, which is not zero.
    func counts(_ place: Int, _ totals: CutTotals) -> [String: Int64] {
        guard totals.number(of: .known, at: place) > 0 else { return [:] }
        var counts: [String: Int64] = [:]
        for (catalogue, sums) in totals.sums {
            let own = DerivedRow.own(rollup.shelf[catalogue])
            for (column, indicator) in zip(own.indices, own) {
                counts[indicator.code.text, default: 0] += sums.known[place * sums.width + column]
            }
        }
        return counts
    }

    /// The same of a dataset. Of one that nobody has sent no sums are made: that would look at every unit.
    func counts(_ place: Int, _ dataset: String, _ period: Code) -> [String: Int64] {
        sent(dataset, period).map { counts(place, $0) } ?? [:]
    }

    // MARK: Completeness

    func completeness(_ place: Int, _ totals: CutTotals) -> Completeness {
        var completeness = Completeness(
            expected: rollup.tree.expected[place].units, known: 0, stale: 0, silent: 0, neverConnected: 0, disputed: 0,
            unknownRows: 0)
        for standing in Standing.allCases {
            completeness.add(standing, totals.number(of: standing, at: place))
        }
        return completeness
    }

    private func oldestContact(_ place: Int, _ totals: CutTotals) -> Int64? {
        // Where all are known, as on a good evening, no unit is looked at.
        let expected = Standing.allCases.reduce(0) { $0 + totals.number(of: $1, at: place) }
        guard expected > totals.number(of: .known, at: place) else { return nil }
        return rollup.tree.units(below: place).lazy.filter { totals.standings[$0] != .known }
            .compactMap { heardAt($0, totals) }.min()
    }
}

extension Completeness {
    /// Of one unit.
    init(of standing: Standing) {
        self.init(expected: 1, known: 0, stale: 0, silent: 0, neverConnected: 0, disputed: 0, unknownRows: 0)
        add(standing, 1)
    }

    mutating func add(_ standing: Standing, _ number: Int) {
        switch standing {
        case .known: known += number
        case .stale: stale += number
        case .silent: silent += number
        case .neverConnected: neverConnected += number
        case .disputed: disputed += number
        case .unknownRows: unknownRows += number
        }
    }
}

extension Evidence {
    /// Each household that is not settled widens both ends by one household's ceiling.
    fileprivate mutating func widen(by open: OpenClaims, _ measure: Measure) {
        surplus += open.surplus * measure.base.ofOneHousehold
        deficit += open.deficit * measure.base.ofOneHousehold
    }

    /// Ceilings that don't hold are none.
    fileprivate mutating func distrust(_ units: Int) {
        unbounded += units
        outgrown += units
    }

    /// More is lacking than was to be there: the counts are in doubt.
    fileprivate mutating func doubtLack() {
        guard min(numerator, lastNumerator) < 0 else { return }
        (numerator, lastNumerator) = (max(0, numerator), max(0, lastNumerator))
        distrust(1)
    }

    /// Behind a door of which nobody has said how many live there may be none, or as many as anywhere.
    mutating func widen(byUncounted households: Int64, _ measure: Measure) {
        uncounted += households
        deficit += households * measure.base.ofOneHousehold
    }
}

extension PlaceTree.Expected {
    fileprivate func registered(_ base: Measure.Base) -> Int64 {
        switch base {
        case .households: registeredHouseholds
        case .residents: registeredResidents
        case .volunteers, .buildings, .requests: 0
        }
    }

    fileprivate func ceiling(_ base: Measure.Base) -> Int64 {
        switch base {
        case .households: households
        case .residents: residents
        case .volunteers, .buildings, .requests: 0
        }
    }

    fileprivate func without(_ base: Measure.Base) -> Int {
        switch base {
        case .households: withoutHouseholds
        case .residents: withoutResidents
        case .volunteers, .buildings, .requests: units
        }
    }
}
