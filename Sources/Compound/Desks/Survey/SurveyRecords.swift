import Federation
import GRDB

extension Record {
    /// A call at a door.
    struct Visit: RecordContent {
        var campaign: Code
        var door: Door
        var disposition: Disposition
        /// By class; only of people met or told about.
        var people: [PeopleClass: Int]?
        var evidence: Evidence
        /// When pupils behind the door have lessons online, so that nobody calls them out then; nil says nothing.
        var lessons: String?
        /// The answer that a second person verifies with this one; see `Verification`.
        var checks: UInt128?
    }

    /// How well a statement is founded; the better one stands.
    enum Evidence: String, Sendable, CaseIterable {
        case hearsay, phone, paper, door

        /// Paper is keyed from what was written at the door.
        var rank: Int {
            switch self {
            case .hearsay: 1
            case .phone: 2
            case .paper, .door: 3
            }
        }
    }
}

/// What became of a call at a door.
enum Disposition: String, Sendable, CaseIterable {
    case completed, partial
    case nobodyHome = "nobody_home"
    case absent, postponed, refused, vacant
    case notDwelling = "not_dwelling"
    case notFound = "not_found"
    case moved, language, other

    var hasPeople: Bool { self == .completed || self == .partial }
}

/// Where a resident stands with testing. A partition: everybody is in exactly one class.
enum PeopleClass: String, Sendable, CaseIterable {
    case tested
    case elsewhereVerified = "elsewhere_verified"
    case elsewhereUnverified = "elsewhere_unverified"
    case exempt, deferred
    case otherChannel = "other_channel"
    case homeService = "home_service"
    case refused, untested, absent

    static let sorted = allCases.sorted { $0.rawValue < $1.rawValue }
}

extension Record.Visit {
    static let kind = "visit"
    var period: Code? { campaign }
    var page: String { "/survey/\(door.building)" }
    func page(recorded id: UInt128) -> String { page + "?\(Record.Undo.query)=\(Hex.text(id))" }

    init(json: JSONFields) throws(IntakeError) {
        let disposition = try Record.Visit.disposition(json.text("disposition"))
        let people = try Record.Visit.people(json)
        if people != nil, !disposition.hasPeople {
            throw IntakeError(.peopleNotExpected, field: "people", value: disposition.rawValue)
        }
        try Record.Visit.expectSomebody(people, at: disposition)
        let evidence = json.has("evidence") ? try json.text("evidence") : Record.Evidence.door.rawValue
        guard let evidence = Record.Evidence(rawValue: evidence) else {
            throw IntakeError(.evidenceUnknown, field: "evidence", value: evidence)
        }
        self.init(
            campaign: try json.code("campaign"), door: try json.door("door"), disposition: disposition,
            people: people, evidence: evidence,
            lessons: json.has("lessons") ? try json.text("lessons", limit: Record.Visit.lessonsLimit) : nil,
            checks: json.has("checks") ? try Record.Visit.id(json.text("checks")) : nil)
    }

    private static let lessonsLimit = 60

    private static func id(_ text: String) throws(IntakeError) -> UInt128 {
        guard let id = Hex.uint128(text) else { throw IntakeError(.idInvalid, field: "checks", value: text) }
        return id
    }

    init(form: FormFields) throws(IntakeError) {
        if let given = form["answer"] {
            try self.init(given, form)
            return
        }
        let disposition = try Record.Visit.disposition(form["disposition"] ?? "")
        var people: [PeopleClass: Int]?
        if disposition.hasPeople {
            var counts: [PeopleClass: Int] = [:]
            for part in PeopleClass.allCases where form.has(part.rawValue) {
                counts[part] = try form.number(part.rawValue, in: 0...200)
            }
            people = counts
        }
        try Record.Visit.expectSomebody(people, at: disposition)
        self.init(
            campaign: try form.code("campaign"), door: try form.door("door"), disposition: disposition,
            people: people, evidence: .door, lessons: try form.text("lessons", limit: Record.Visit.lessonsLimit),
            checks: try form["checks"].map { text throws(IntakeError) in try Record.Visit.id(text) })
    }

    /// One of the answers that were given, as it stands on a button.
    private init(_ given: String, _ form: FormFields) throws(IntakeError) {
        guard let answer = ShortAnswer(given[...]) else {
            throw IntakeError(.dispositionUnknown, field: "answer", value: given)
        }
        self.init(
            campaign: try form.code("campaign"), door: try form.door("door"), disposition: answer.disposition,
            people: answer.people, evidence: .door,
            lessons: try form.text("lessons", limit: Record.Visit.lessonsLimit))
    }

    /// A door that was answered by nobody would take those who are registered there out of every class.
    private static func expectSomebody(_ people: [PeopleClass: Int]?, at disposition: Disposition) throws(IntakeError) {
        guard disposition.hasPeople, (people ?? [:]).values.allSatisfy({ $0 == 0 }) else { return }
        throw IntakeError(.peopleMissing, field: "people")
    }

    private static func disposition(_ text: String) throws(IntakeError) -> Disposition {
        guard let disposition = Disposition(rawValue: text) else {
            throw IntakeError(.dispositionUnknown, field: "disposition", value: text)
        }
        return disposition
    }

    private static func people(_ json: JSONFields) throws(IntakeError) -> [PeopleClass: Int]? {
        guard json.has("people") else { return nil }
        let object = try json.object("people")
        var people: [PeopleClass: Int] = [:]
        for key in object.names {
            guard let part = PeopleClass(rawValue: key) else {
                throw IntakeError(.peopleClassUnknown, field: "people.\(key)")
            }
            people[part] = try object.number(key, in: 0...200)
        }
        return people
    }

    var statement: Statement {
        var members = JSONLine.text("checks", checks.map { Hex.text($0) })
        members.append(("disposition", .text(disposition.rawValue)))
        members += JSONLine.text("lessons", lessons)
        if let people {
            // Zeros are written: a class that is not there and a class with nobody in it are two things.
            members.append(("people", .object(PeopleClass.sorted.map { ($0.rawValue, .number(people[$0] ?? 0)) })))
        }
        return Statement(
            subject: door.code.text, field: SurveyDesk.field(campaign.text), value: JSONLine.object(members),
            evidence: evidence.rank)
    }

    var members: [(String, JSONLine.Value)] {
        let people = people.map { people in
            PeopleClass.sorted.compactMap { part in people[part].map { (part.rawValue, JSONLine.Value.number($0)) } }
        }
        return [
            ("campaign", .text(campaign.text)), ("door", .text(door.code.text)),
            ("disposition", .text(disposition.rawValue)), ("evidence", .text(evidence.rawValue)),
        ] + (people.map { [("people", .object($0))] } ?? []) + JSONLine.text("lessons", lessons)
            + JSONLine.text("checks", checks.map { Hex.text($0) })
    }

    /// What somebody found at a door that was withdrawn meanwhile isn't lost; whoever verifies an answer isn't the one who
    /// gave it.
    func check(_ record: Record, _ journal: Journal) throws {
        let db = journal.db
        guard try RegistryDesk.exists(door: door.code, db) || RegistryDesk.isWithdrawn(door: door, db) else {
            throw IntakeError(.doorUnknown, field: "door", value: door.code.text)
        }
        guard let checks else { return }
        guard let checked = try journal.statements([checks]).first, checked.subject == door.code.text else {
            throw IntakeError(.itemUnknown, field: "checks", value: Hex.text(checks))
        }
        guard checked.recorder != record.recorder.text else {
            throw IntakeError(.checkedByOneself, field: "recorder", value: VolunteerName.text(checked.recorder))
        }
    }
}
