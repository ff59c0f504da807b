/// `truth.json`, written unit by unit; sums of the divisions above follow at the end.
///
/// Buildings give their counts as arrays in the order of `indicators`, everything else by name. The
/// seed is a string: a JSON number holds 53 bits.
struct TruthText {
    private var json = JSONText()
    private var divisions: [String: Totals] = [:]
    private var total = Totals()
    private var units = JSONText()
    private let world: World

    init(world: World) { self.world = world }

    mutating func add(_ unit: ReportingUnit, _ evening: Evening) {
        let truth = evening.truth()
        total += truth.totals
        for division in [unit.city, unit.district, unit.street, unit.community] {
            divisions[division, default: Totals()] += truth.totals
        }
        units.key(unit.code)
        units.object { json in
            json.member("name", unit.name)
            json.member("community", unit.community)
            json.member("district", unit.district)
            json.member("expected_households", unit.expectedHouseholds)
            json.member("expected_residents", unit.expectedResidents)
            json.names("gates", evening.plan.gates.map(\.code))
            truth.totals.write(to: &json)
            json.key("buildings")
            json.object { json in
                for building in truth.buildings { building.write(to: &json) }
            }
        }
    }

    mutating func finish() -> String {
        json.object { json in
            json.member("profile", world.profile.rawValue)
            json.member("seed", String(world.seed))
            json.member("campaign", Evening.campaign)
            TruthText.writeIndicators(to: &json)
            json.key("total")
            json.object { total.write(to: &$0) }
            json.key("divisions")
            json.object { json in
                for (code, totals) in divisions.sorted(by: { $0.key < $1.key }) {
                    json.key(code)
                    json.object { totals.write(to: &$0) }
                }
            }
            json.key("units")
            json.object { $0.append(units) }
        }
        json.newline()
        return json.text
    }

    private static func writeIndicators(to json: inout JSONText) {
        json.key("indicators")
        json.object { json in
            json.names("frame", FrameCounts.indicators)
            json.names("survey", SurveyCounts.indicators)
            json.names("volunteers", VolunteerCounts.indicators)
        }
    }
}

extension Totals {
    fileprivate func write(to json: inout JSONText) {
        json.member("units", units)
        json.counts("frame", frame)
        json.counts("survey", survey)
        json.counts("volunteers", volunteers)
        json.key("measures")
        json.object { json in
            json.measure("completion", survey.completion)
            json.measure("contact", survey.contact)
            json.measure("tested", survey.tested)
        }
    }
}

extension UnitTruth.Building {
    fileprivate func write(to json: inout JSONText) {
        json.key(code)
        json.object { json in
            json.numbers("frame", frame.values)
            json.numbers("survey", survey.values)
            json.numbers("volunteers", volunteers.values)
        }
    }
}

extension JSONText {
    fileprivate mutating func counts<Vector: Counts>(_ key: String, _ counts: Vector) {
        self.key(key)
        object { json in
            for (indicator, value) in zip(Vector.indicators, counts.values) { json.member(indicator, value) }
        }
    }

    fileprivate mutating func measure(_ key: String, _ measure: Measure) {
        self.key(key)
        object { json in
            json.member("numerator", measure.numerator)
            json.member("denominator", measure.denominator)
        }
    }

    fileprivate mutating func numbers(_ key: String, _ values: [Int]) {
        self.key(key)
        array { json in for value in values { json.integer(value) } }
    }

    fileprivate mutating func names(_ key: String, _ values: [String]) {
        self.key(key)
        array { json in for value in values { json.string(value) } }
    }
}
