import Federation
import GRDB
import Wire

/// Help as the volunteers' page shows it.
struct HelpView: Sendable, Equatable {
    struct Spare: Sendable, Equatable {
        var role: VolunteerRole
        var people: Int
    }
    struct Offer: Sendable, Equatable {
        var offer: HelpOffer
        /// What was answered here, `yes` or `no`; nil for nothing.
        var ours: String?
    }
    var task: String
    var isOffered: Bool
    /// Who answered beyond the need, whether they may be offered or not.
    var spare: [Spare]
    var offers: [Offer]

    init(_ task: String, _ db: Database) throws {
        self.task = task
        isOffered = try HelpReader.isOffered(task, db)
        let free = try HelpReader.spare(VolunteerCall(task, db), task, db)
        spare = VolunteerRole.allCases.compactMap { role in
            free[role].flatMap { $0 > 0 ? Spare(role: role, people: $0) : nil }
        }
        offers = try HelpReader.offers(db).filter { $0.task == task }.map { offer in
            Offer(
                offer: offer,
                ours: try String.fetchOne(
                    db, sql: "SELECT state FROM help_answer WHERE task = ? AND offer = ?",
                    arguments: [task, "\(offer.side):\(offer.role):\(offer.unit)"]))
        }
    }
}

enum HelpReader {
    /// Those of the document that is held.
    static func offers(_ db: Database) throws -> [HelpOffer] {
        let text = try String.fetchOne(db, sql: "SELECT registry FROM position WHERE registry ->> '$.help' NOT NULL")
        return text.flatMap { (try? RegistryDocument.decoded(Array($0.utf8)))?.help } ?? []
    }

    static func isOffered(_ task: String, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM help_consent WHERE task = ?"), arguments: [task]) != nil
    }

    /// Who answered beyond a role's need and has nothing else to do: no other role, no building of his own, not missing and not
    /// gone. Before anybody has said what a role needs nobody is too many.
    static func spare(_ call: VolunteerCall, _ task: String, _ db: Database) throws -> [VolunteerRole: Int] {
        let surplus = call.need.keys.filter { (call.filled[$0] ?? 0) > (call.need[$0] ?? 0) }
        guard !surplus.isEmpty else { return [:] }
        let busy = try Set(
            VolunteerReader.claims(task, db).filter { $0.isStanding && $0.rank == 0 }.map(\.volunteer)
                + String.fetchAll(
                    db, sql: "SELECT volunteer FROM attendance WHERE task = ? AND state = 'left'", arguments: [task]))
        return surplus.reduce(into: [:]) { spare, role in
            let free = call.people.count { volunteer, roles in
                roles == [role] && !call.missing.contains(volunteer) && !busy.contains(volunteer)
            }
            spare[role] = min((call.filled[role] ?? 0) - (call.need[role] ?? 0), free)
        }
    }
}
