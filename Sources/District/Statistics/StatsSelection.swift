import Coverage
import Daemon
import Federation
import Wire

/// What a reader of figures asks for: a place, a round, a day's hierarchy, a level, parts.
struct StatsSelection: Sendable {
    /// Parts of a place's figures that can be asked for alone; its code, name, level and state come always.
    enum Field: String, CaseIterable, Sendable {
        case measures, units, oldest_contact, volunteers, datasets, by_dataset, double_claims, claims_in_transit,
            phoned_in, targets
    }
    static let levels = ["province", "city", "district", "street", "community", "unit"]
    /// Seconds that a call may wait.
    static let longest = 25
    static let ofPlaces: Set<String> = ["division", "campaign", "on", "level", "wait"]

    var division: String?
    /// Code of a set that is counted beside the tree, instead of a division.
    var overlay: String?
    var campaign: String?
    /// `YYYY-MM-DD`.
    var day: String?
    var level: String?
    var fields = Set(Field.allCases)
    /// Seconds since 1970: as it stood then; nil for now.
    var moment: Int64?
    var wait = 0

    /// - Parameter more: what is read beside the place and the round.
    init(_ call: Call, more: Set<String> = ["fields"]) throws(StatsProblem) {
        try StatsSelection.refuseOthers(than: StatsSelection.ofPlaces.union(more), call)
        division = call.query["division"]
        overlay = call.query["overlay"]
        campaign = call.query["campaign"]
        day = call.query["on"]
        level = call.query["level"]
        if let day, !Day.isDay(day) { throw .wrong("on", "on= takes a day such as 2022-04-06") }
        if let level, !StatsSelection.levels.contains(level) {
            throw .wrong("level", "level= takes one of " + StatsSelection.levels.joined(separator: ", "))
        }
        if more.contains("fields"), let said = call.query["fields"] { fields = try StatsSelection.fields(said) }
        if more.contains("at"), let said = call.query["at"] {
            guard let seconds = Int64(said), seconds >= 0 else { throw .wrong("at", "at= takes seconds since 1970") }
            moment = seconds
        }
        if let said = call.query["wait"] {
            guard let seconds = Int(said), (0...StatsSelection.longest).contains(seconds) else {
                throw .wrong("wait", "wait= takes seconds from 0 to \(StatsSelection.longest)")
            }
            wait = seconds
        }
    }

    /// A slip in a name would answer another question than was asked.
    static func refuseOthers(than known: Set<String>, _ call: Call) throws(StatsProblem) {
        guard let unknown = call.query.keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw StatsProblem(
            status: 422, error: "parameter_unknown", parameter: String(unknown.prefix(64)),
            hint: "known are " + known.sorted().joined(separator: ", "))
    }

    private static func fields(_ said: String) throws(StatsProblem) -> Set<Field> {
        var fields: Set<Field> = []
        for name in said.split(separator: ",", omittingEmptySubsequences: false) {
            guard let field = Field(rawValue: String(name)) else {
                let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
                throw .wrong("fields", "fields= takes some of \(known), with commas between")
            }
            fields.insert(field)
        }
        return fields
    }

    /// Everything that decides what is answered, as one word of a tag. A division and a day are words of whoever asks.
    func words(_ campaign: Code) -> String {
        // What isn't asked for is another word than what is asked for by an empty one.
        let asked = [overlay, division, day, level, moment.map { "\($0)" }].map { $0.map { "=" + $0 } ?? "-" }
        let parts = [campaign.text] + asked + [fields.map(\.rawValue).sorted().joined(separator: ",")]
        return RegistryDocument.digest(of: Array(parts.joined(separator: "\n").utf8))
    }
}

/// A place of the tree or one unit: what figures are of.
enum Spot: Sendable, Equatable { case place(Int), unit(Int) }

/// The places that were asked for, in one round, from one picture.
struct Asked: Sendable {
    let picture: Picture
    let campaign: RegistryCampaign
    let question: Question
    let subject: Spot
    /// The children of the subject, or everything of a level below it.
    let others: [Spot]
    /// Everything of one level was asked for.
    let isOneLevel: Bool
    /// How the round went, for what is said of its deadline and its targets; nil where nobody keeps it, and before the first
    /// of them has come.
    var course: SeriesLog?

    /// Of one answer: memory is bounded, whatever is asked.
    static let mostPlaces = 10_000

    init(_ picture: Picture, _ campaign: RegistryCampaign, _ subject: Spot, others: [Spot]) {
        (self.picture, self.campaign, self.subject, self.others) = (picture, campaign, subject, others)
        question = picture.question(campaign.code)
        isOneLevel = false
    }

    /// - Parameter day: what is held now, along the hierarchy of a day.
    init(_ selection: StatsSelection, _ latest: Picture, _ campaign: Code, day: (String) throws -> Picture) throws {
        let picture = try (try selection.day.map(day) ?? latest.along(campaign)).overlay(selection, campaign)
        self.picture = picture
        guard let found = picture.campaigns.first(where: { $0.code == campaign }) else {
            throw StatsProblem.absent("campaign_unknown", "campaign", "no such campaign")
        }
        self.campaign = found
        question = picture.question(campaign)
        guard let root = picture.rollup.tree.root else {
            throw StatsProblem.absent("no_units", "on", "no unit was counted on that day")
        }
        guard let subject = selection.division.map(picture.spot) ?? .place(root) else {
            throw StatsProblem.absent("division_unknown", "division", "no such division or unit; see GET /v1/units")
        }
        self.subject = subject
        isOneLevel = selection.level != nil
        let others = selection.level.map { picture.spots(below: subject, level: $0) } ?? picture.spots(under: subject)
        self.others = others
        guard others.count <= Asked.mostPlaces else {
            throw StatsProblem(
                status: 422, error: "too_many_places", parameter: "level",
                hint: "\(others.count) places, at most \(Asked.mostPlaces) in one answer: ask for each division= below")
        }
    }

    /// Nil before the round's deadline, and where nobody knows. The members of an overlay change, so none is said of it.
    func timeliness(_ spot: Spot) -> Timeliness? {
        guard !picture.cutWords.isOverlay else { return nil }
        return course?.timeliness(picture.subject(spot), deadline: campaign.deadline, now: picture.wall)
    }

    /// - Parameter figures: as of `now`, seconds since 1970.
    func targets(_ spot: Spot, _ figures: PlaceFigures, now: Int64) -> [TargetStanding]? {
        picture.targets(spot, of: campaign, course ?? SeriesLog(), current: figures.measures, now: now)
    }
}

extension Asked {
    /// Units below the subject that ended and said something about the round, where units are asked for.
    var ended: [Code] {
        guard isOneLevel, case .place(let place) = subject else { return [] }
        let tree = picture.rollup.tree
        guard others.allSatisfy(\.isUnit) else { return [] }
        return tree.units.indices.filter { unit in
            guard case .ended = tree.units[unit].life else { return false }
            return tree.divisions(above: unit).contains { $0.code == tree.places[place].code }
                && picture.block(unit, Cut(dataset: Code(literal: "survey"), period: campaign.code)) != nil
        }.map { tree.units[$0].code }
    }
}

extension Picture {
    /// The same over the overlay that is asked for.
    fileprivate func overlay(_ selection: StatsSelection, _ round: Code) throws(StatsProblem) -> Picture {
        guard let asked = selection.overlay else { return self }
        guard let overlay = overlays.first(where: { $0.code.text == asked }),
            let campaign = campaigns.first(where: { $0.code == round })
        else { throw .absent("overlay_unknown", "overlay", "no such overlay; see `jiayuan overlay list`") }
        guard selection.division == nil, selection.level == nil, selection.moment == nil else {
            throw .wrong(
                "overlay", "overlay= has its units below it, as they stand now: without division, level and at")
        }
        return along(overlay, round, on: selection.day ?? Day.of(campaign.closedAt ?? wall))
    }

    /// Whether a unit or a relay lies below a division, or is what is asked for, along today's hierarchy.
    ///
    /// - Parameter division: as it was asked for; nil for everything.
    func isBelow(_ division: String?) throws(StatsProblem) -> (String) -> Bool {
        guard let division else { return { _ in true } }
        let tree = rollup.tree
        guard tree.place(division) != nil || Code(division).flatMap({ tree.speaker($0) }) != nil else {
            throw .absent("division_unknown", "division", "no such division or unit; see GET /v1/units")
        }
        return { $0 == division || tree.divisions(above: $0).contains(division) }
    }

    /// - Returns: nil for a unit that isn't counted, too: its figures are those of others.
    func spot(_ code: String) -> Spot? {
        let tree = rollup.tree
        if let unit = Code(code).flatMap({ tree.unit($0) }) { return tree.isCounted(unit) ? .unit(unit) : nil }
        return tree.place(code).map(Spot.place)
    }

    /// What stands directly under a place.
    func spots(under spot: Spot) -> [Spot] {
        guard case .place(let place) = spot else { return [] }
        return rollup.tree.places[place].children.map(Spot.place) + rollup.tree.places[place].units.map(Spot.unit)
    }

    /// The subtree's places of one level, the subject itself among them where it is of that level.
    func spots(below spot: Spot, level: String) -> [Spot] {
        guard case .place(let place) = spot else { return level == "unit" ? [spot] : [] }
        if level == "unit" { return rollup.tree.units(below: place).map(Spot.unit) }
        if rollup.tree.places[place].level == level { return [spot] }
        return rollup.tree.places[place].children.flatMap { spots(below: .place($0), level: level) }
    }

    func figures(_ spot: Spot, _ question: Question) -> PlaceFigures {
        switch spot {
        case .place(let place): figures(place, question)
        case .unit(let unit): figures(unit: unit, question)
        }
    }

    /// How a unit stands in a dataset's round; nil for a place.
    func standing(_ spot: Spot, _ dataset: String, _ period: Code) -> Standing? {
        if case .unit(let unit) = spot { cut(dataset, period).standings[unit] } else { nil }
    }
}
