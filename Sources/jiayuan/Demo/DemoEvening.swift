import Coverage
import Daemon
import Foundation
import Generator
import Sync

/// The article's evening in seven units: played by clients of their own through the nodes' HTTP API, watched at the
/// city two levels above, compared with a truth that no daemon has read.
final class DemoEvening {
    private let stage: Stage
    private let sabotage: Sabotage?
    private let world: World
    private var desks: [Desk] = []
    private var aggregators: DemoAggregators?
    private(set) var verdict: DemoVerdict
    var dashboard: String { aggregators?.dashboard ?? "" }

    /// One unit's node as the demo's client knows it.
    private struct Desk {
        let unit: ReportingUnit
        let evening: Evening
        let client: HTTPClient
        let proxy: Proxy
        let records: [Record]
        var played = 0
    }

    /// Who loses the cable: the article's compound, more than half of the city's households.
    private static let cutUnit = Site.articleCode

    /// Moments of the evening: the cable is pulled at 20:15 and mended when the last door has been called at,
    /// so that the truth is the same while the line is cut and afterwards.
    private enum Moment {
        static let start: Int64 = 1_649_239_200
        static let cut = start + 135 * 60
        static let end = start + 24 * 3600
    }

    init(stage: Stage, seed: UInt64, sabotage: Sabotage?) throws {
        self.stage = stage
        self.sabotage = sabotage
        world = World(profile: .xs, seed: seed)
        verdict = DemoVerdict(seed: seed)
    }

    func play() throws -> DemoVerdict {
        // Written before any daemon starts; nothing of ours reads it again.
        try world.write { name, text in try stage.write(text, to: name == "truth.json" ? name : "world/\(name)") }
        say("真值写入 \(stage.folder)/truth.json，没有任何进程读取它。The truth is on disk; no daemon reads it.")
        let aggregators = try DemoAggregators(
            on: stage, world, opens: Moment.start, sabotage: sabotage, say: { say($0) })
        self.aggregators = aggregators
        try startNodes(below: aggregators)
        try fillRegistries()
        try callForVolunteers()

        try survey(until: Moment.cut)
        let before = try settled("断网前 BEFORE: all nodes connected", at: Moment.cut, silent: [])
        verdict.truth = before.truth

        say("拔掉 \(Self.cutUnit) 的网线。Pulling the cable of \(Self.cutUnit); its people go on recording.")
        desk(Self.cutUnit).proxy.cut()
        try survey(until: Moment.end)
        let during = try settled("断网中 DURING: one cable pulled", at: nil, silent: [Self.cutUnit])
        (verdict.cutLower, verdict.cutUpper, verdict.silent) = (during.lower, during.upper, during.silent)
        expect((during.lower ?? 0) < (during.upper ?? 0), "while a unit is silent the bounds must be apart")

        say("接回网线。Plugging it in again.")
        desk(Self.cutUnit).proxy.mend()
        try cutADistrict(aggregators)
        let after = try settled("恢复后 AFTER: every record arrived", at: nil, silent: [])
        (verdict.truth, verdict.end) = (after.truth, after.counted)
        (verdict.endLower, verdict.endUpper) = (after.lower, after.upper)
        expect(after.exact, "at the end nobody is unknown, so lower and upper are one")
        for name in stage.fallen { expect(false, "\(name) ended by itself; see \(stage.folder)/\(name).log") }
        return verdict
    }

    /// A district's line to the city is cut: all that it speaks for ages like a compound, and nothing is lost.
    private func cutADistrict(_ aggregators: DemoAggregators) throws {
        guard let district = aggregators.districts.last else { return }
        say("拔掉\(district.name)到市里的线。Pulling the line of \(district.code) to the city.")
        district.cable.cut()
        let units = Set(world.units.filter(district.has).map(\.code))
        _ = try settled("区级断网 A DISTRICT CUT OFF", at: nil, silent: units)
        say("接回。Plugging it in again.")
        district.cable.mend()
    }

    // MARK: Processes

    private func startNodes(below aggregators: DemoAggregators) throws {
        for unit in world.units {
            guard let district = aggregators.districts.first(where: { $0.has(unit) }),
                let token = district.tokens[unit.code]
            else { throw DemoFailure("no token was issued for \(unit.code)") }
            let proxy = try Proxy(to: district.port)
            let port = try Proxy.freePort()
            // Three compounds of one community stand as instances on its one machine.
            let shared = unit.community == "421303003006"
            let name = shared ? "community-box/\(unit.code)" : "\(unit.code)/node"
            try stage.write(
                """
                unit: \(unit.code)
                state: \(stage.folder)/\(name)
                socket: \(stage.folder)/\(desks.count).sock
                listen: 127.0.0.1:\(port)
                parent: http://127.0.0.1:\(proxy.port)
                token: \(token)
                """, to: "\(name).yaml")
            let pid = try stage.start(name, ["node", "--config", "\(stage.folder)/\(name).yaml"])
            say(
                "节点 node  pid \(pid)  http://127.0.0.1:\(port)/  \(unit.name)\(shared ? "（社区主机 on the community's machine）" : "")"
            )
            let client = HTTPClient(base: "http://127.0.0.1:\(port)")
            let evening = world.evening(of: unit)
            desks.append(Desk(unit: unit, evening: evening, client: client, proxy: proxy, records: evening.records))
        }
        for desk in desks {
            _ = try stage.eventually("\(desk.unit.code) knows the round", within: 60) {
                let status = Data(try desk.client.fetch("GET", "/api/v1/status"))
                let said = try JSONSerialization.jsonObject(with: status) as? [String: Any]
                return said?["campaign"] as? String == Evening.campaign ? true : nil
            }
        }
        verdict.units = desks.count
    }

    private func desk(_ code: String) -> Desk { desks[desks.firstIndex { $0.unit.code == code } ?? 0] }

    // MARK: The evening

    private func fillRegistries() throws {
        for desk in desks {
            _ = try desk.client.fetch(
                "POST", "/api/v1/registry/import?apply=1", body: desk.evening.plan.registryCSV, type: "text/csv")
            verdict.households += Int64(desk.evening.plan.occupiedHouseholds)
        }
        say(
            "登记 \(verdict.households) 户（各小区名册上有人住的）。\(verdict.households) households are registered: occupied by each compound's own list."
        )
    }

    /// The countdown of the article's compound, step by step; it rises once before it reaches nothing.
    private func callForVolunteers() throws {
        let place = desks.firstIndex { $0.unit.code == Site.articleCode } ?? 0
        var shown: [Int] = []
        var unclaimed: Int?
        while desks[place].played < desks[place].records.count {
            let next = desks[place].records[desks[place].played]
            if case .visit = next.content { break }
            try post([next], to: desks[place])
            desks[place].played += 1
            let board =
                try JSONSerialization.jsonObject(
                    with: Data(try desks[place].client.fetch("GET", "/api/v1/volunteers?task=\(Evening.campaign)")))
                as? [String: Any]
            if let short = board?["short"] as? Int, short != shown.last { shown.append(short) }
            unclaimed = (board?["unclaimed"] as? [Any])?.count
        }
        let story = [18, 7, 8, 0].filter { shown.contains($0) }
        say("还缺志愿者 volunteers short: \(story.map(String.init).joined(separator: " → "))")
        say("待认领 \(unclaimed ?? -1) 栋。Buildings unclaimed: \(unclaimed ?? -1).")
        expect(
            shown.contains(18) && shown.contains(7) && shown.last == 0,
            "the countdown passes 18 and 7 and ends at 0 (it went \(shown))")
        expect(unclaimed == 0, "every building is claimed before the survey begins")
    }

    /// Plays what was observed up to a moment, every compound's visits through its own node.
    private func survey(until moment: Int64) throws {
        for index in desks.indices {
            var due: [Record] = []
            while desks[index].played < desks[index].records.count,
                desks[index].records[desks[index].played].observedAt <= moment
            {
                due.append(desks[index].records[desks[index].played])
                desks[index].played += 1
            }
            for start in stride(from: 0, to: due.count, by: 40) {
                try post(Array(due[start..<min(start + 40, due.count)]), to: desks[index])
            }
        }
    }

    private func post(_ records: [Record], to desk: Desk) throws {
        let body = "[" + records.map(\.json).joined(separator: ",") + "]"
        let answer = try JSONSerialization.jsonObject(
            with: Data(try desk.client.fetch("POST", "/api/v1/records", body: body)))
        let refused = (answer as? [String: Any])?["refused"] as? [Any] ?? []
        guard refused.isEmpty else { throw DemoFailure("\(desk.unit.code) refused \(refused)") }
    }

    // MARK: What the city sees

    private struct Seen {
        var truth: Expectation
        var counted: Expectation
        var lower: Int64?
        var upper: Int64?
        var exact: Bool
        var silent: Int
    }

    /// Waits until the city has what it can have, prints the table, and compares every figure.
    private func settled(_ title: String, at moment: Int64?, silent: Set<String>) throws -> Seen {
        var truth: [String: [String: Expectation]] = [:]
        for desk in desks { truth[desk.unit.code] = Self.expectations(desk.evening.truth(at: moment)) }
        let known = desks.map(\.unit.code).filter { !silent.contains($0) }
        // What differs after this time is a wrong figure, not a late one; the comparison below says which.
        let deadline = Date(timeIntervalSinceNow: verdict.ok ? 12 : 3)
        var (city, units) = try look()
        while Date() < deadline, !agrees(units, truth, known, silent) {
            usleep(200_000)
            (city, units) = try look()
        }
        let whole = desks.reduce(into: Expectation()) {
            $0 = $0 + (truth[$1.unit.code]?["survey.completion"] ?? .init())
        }
        Console.out(
            CityTable.text(
                title, city: city, units: units, truth: truth.mapValues { $0["survey.completion"] ?? .init() },
                cityTruth: whole))
        compare(city, units, truth, known, silent)
        let figure = city.place.measured("survey.completion")
        return Seen(
            truth: whole,
            counted: Expectation(numerator: figure?.numerator ?? -1, denominator: figure?.denominator ?? -1),
            lower: figure?.exact == true ? figure?.rate_permille : figure?.lower_permille,
            upper: figure?.exact == true ? figure?.rate_permille : figure?.upper_permille,
            exact: figure?.exact ?? false, silent: units.count { silent.contains($0.code) && $0.state != "known" })
    }

    private static func expectations(_ truth: UnitTruth) -> [String: Expectation] {
        let survey = truth.totals.survey
        return [
            "survey.completion": survey.completion, "survey.contact": survey.contact, "survey.tested": survey.tested,
        ]
        .mapValues { Expectation(numerator: Int64($0.numerator), denominator: Int64($0.denominator)) }
    }

    private func look() throws -> (CityFigures, [CityFigures.Place]) {
        guard let city = aggregators?.city else { throw DemoFailure("there is no city yet") }
        func read(_ query: String) throws -> CityFigures {
            try JSONDecoder().decode(CityFigures.self, from: Data(try city.fetch("GET", "/v1/stats" + query)))
        }
        // All of one moment: what is read one after the other may have changed in between.
        var (whole, units) = (try read(""), [CityFigures]())
        for _ in 0..<50 {
            units = try desks.map { try read("?division=\($0.unit.code)") }
            if units.allSatisfy({ $0.revision == whole.revision }) { break }
            whole = try read("")
        }
        return (whole, units.map(\.place))
    }

    private func agrees(
        _ units: [CityFigures.Place], _ truth: [String: [String: Expectation]], _ known: [String], _ silent: Set<String>
    ) -> Bool {
        units.allSatisfy { unit in
            if silent.contains(unit.code) { return unit.state != "known" }
            guard known.contains(unit.code), unit.state == "known" else { return false }
            return unit.measures.allSatisfy { measured in
                truth[unit.code]?[measured.measure]
                    == Expectation(numerator: measured.numerator, denominator: measured.denominator)
            }
        }
    }

    private func compare(
        _ city: CityFigures, _ units: [CityFigures.Place], _ truth: [String: [String: Expectation]], _ known: [String],
        _ silent: Set<String>
    ) {
        for unit in units where silent.contains(unit.code) {
            expect(unit.state != "known", "\(unit.code) is silent, yet shown as \(unit.state ?? "?")")
        }
        for unit in units where !silent.contains(unit.code) {
            expect(unit.state == "known", "\(unit.code) is \(unit.state ?? "?"), not known")
            for measured in unit.measures {
                let want = truth[unit.code]?[measured.measure] ?? Expectation()
                let have = Expectation(numerator: measured.numerator, denominator: measured.denominator)
                expect(
                    have == want,
                    "\(unit.code) \(measured.measure): \(have.numerator)/\(have.denominator), truth \(want.numerator)/\(want.denominator)"
                )
            }
        }
        for measured in city.place.measures { compare(measured, truth, known) }
        expect(
            city.place.units.expected == desks.count, "expected units \(city.place.units.expected), not \(desks.count)")
    }

    /// Bounds computed by hand from the truth and the ceilings of the silent.
    private func compare(_ measured: CityFigures.Measured, _ truth: [String: [String: Expectation]], _ known: [String])
    {
        var counted = Expectation()
        var whole = Expectation()
        var ceiling: Int64 = 0
        for desk in desks {
            let own = truth[desk.unit.code]?[measured.measure] ?? Expectation()
            whole = whole + own
            if known.contains(desk.unit.code) {
                counted = counted + own
            } else {
                ceiling += Int64(
                    measured.measure == "survey.tested" ? desk.unit.expectedResidents : desk.unit.expectedHouseholds)
            }
        }
        let name = "city \(measured.measure)"
        expect(
            measured.numerator == counted.numerator,
            "\(name): numerator \(measured.numerator), truth of the known \(counted.numerator)")
        expect(
            measured.denominator == counted.denominator,
            "\(name): denominator \(measured.denominator), truth of the known \(counted.denominator)")
        let most = counted.denominator + ceiling
        let lower = counted.numerator * 1000 / most
        let upper = ((counted.numerator + ceiling) * 1000 + most - 1) / most
        expect(
            measured.lower_permille == lower,
            "\(name): lower \(measured.lower_permille ?? -1), by hand \(lower) tenths of a percent")
        expect(
            measured.upper_permille == upper,
            "\(name): upper \(measured.upper_permille ?? -1), by hand \(upper) tenths of a percent")
        let inside =
            lower * whole.denominator <= whole.numerator * 1000 && whole.numerator * 1000 <= upper * whole.denominator
        expect(inside, "\(name): the truth \(whole.numerator)/\(whole.denominator) lies outside \(lower) to \(upper)")
    }

    private func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
        guard !holds else { return }
        verdict.ok = false
        Console.out("  ✗ \(what())")
    }

    private func say(_ text: String) { Console.out("· \(text)") }
}
