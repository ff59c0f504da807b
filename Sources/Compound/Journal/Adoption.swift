import Daemon
import Federation
import GRDB
import Logging
import Sync

/// What came of taking over another copy's journal.
package struct Adopted: Codable, Sendable, Equatable {
    package struct Unsettled: Codable, Sendable, Equatable {
        package var subject: String
        package var field: String
        package var message: String
    }
    /// What of the other journal no node could have written, and was left there.
    package struct Impossible: Codable, Sendable, Equatable {
        /// As it stands there.
        package var id: String
        package var subject: String
        package var field: String
        /// The part at fault: `id`, `observed_at`, `hlc`, `supersedes` or `campaign`.
        package var fault: String
    }
    /// Records that this journal didn't have, and those that both had.
    package var new = 0
    package var known = 0
    /// Ids that stand for another record here; nothing of them was taken.
    package var differing = 0
    /// Statements, what takes them back and rounds that no node could have written: how many, and the first 100.
    package var impossible = 0
    package var impossibles: [Impossible] = []
    /// Rows of counts that changed.
    package var rows = 0
    /// Facts on which the two copies disagree, for a person to settle.
    package var conflicts: [Unsettled] = []
}

/// The union of two journals. Ids are random, so what both have is one record; the stamps that were given when a record
/// was first journaled are kept. Both copies that take each other over end with the same facts.
struct Adoption {
    let journal: Journal
    private(set) var adopted = Adopted()
    private var facts: Set<Observation.Fact> = []
    private var keys: Set<RowKey> = []

    init(_ journal: Journal) { self.journal = journal }

    /// - Returns: the rows that may have changed.
    mutating func take(_ other: JournalCopy) throws -> Set<RowKey> {
        for campaign in other.campaigns { try open(campaign) }
        for statement in other.statements { try take(statement) }
        for one in other.supersessions { try take(one) }
        try fold()
        return keys
    }

    private mutating func open(_ campaign: JournalCopy.Campaign) throws {
        guard let code = Code(campaign.code) else {
            return leave(Adopted.Impossible(id: campaign.code, subject: "", field: "", fault: "campaign"))
        }
        guard try !CampaignReader.knows(code, journal.db) else { return }
        try journal.db.execute(
            sql: "INSERT INTO campaign (code, name, opens, deadline, closed) VALUES (?, ?, ?, ?, ?)",
            arguments: [campaign.code, campaign.name, campaign.opens, campaign.deadline, campaign.closed])
        for desk in Desks.all { keys.formUnion(try desk.keys(of: code, journal.db)) }
    }

    /// What can't be taken over is named: nobody should have to find out later that it is missing.
    private mutating func leave(_ one: Adopted.Impossible) {
        adopted.impossible += 1
        if adopted.impossibles.count < Adoption.named { adopted.impossibles.append(one) }
    }

    private static let named = 100

    private mutating func take(_ statement: JournalCopy.Statement) throws {
        guard let observation = statement.observation else {
            return leave(
                Adopted.Impossible(
                    id: statement.id, subject: statement.subject, field: statement.field, fault: statement.fault ?? ""))
        }
        switch try journal.adopt(observation) {
        case .new: adopted.new += 1
        case .differing:
            adopted.differing += 1
            return
        case .known:
            adopted.known += 1
            return
        case .stamped: adopted.known += 1
        }
        note(observation)
    }

    private mutating func take(_ one: JournalCopy.Supersession) throws {
        guard let superseded = Hex.uint128(one.superseded), let by = Hex.uint128(one.by) else {
            return leave(
                Adopted.Impossible(id: one.by, subject: one.superseded, field: "", fault: "supersedes"))
        }
        guard try journal.adopt(superseded: superseded, by: by)
        else { return }
        for fact in try journal.statements([superseded]) + journal.statements(takenBackBy: [superseded]) { note(fact) }
    }

    private mutating func note(_ observation: Observation) {
        facts.insert(observation.fact)
    }

    /// The registry first: a visit needs its door.
    private mutating func fold() throws {
        for desk in Desks.all {
            let own = facts.filter { $0.desk == desk.name }.sorted { ($0.subject, $0.field) < ($1.subject, $1.field) }
            for fact in own { keys.formUnion(try desk.fold(fact.subject, fact.field, journal).all) }
        }
    }
}

extension Journal {
    enum Taken { case new, known, stamped, differing }

    /// Appends another copy's observation with the stamp that it has there.
    fileprivate func adopt(_ observation: Observation) throws -> Taken {
        if let known = try statements([observation.id]).first {
            guard known.says(observation) else { return .differing }
            // Both copies journaled it: the earlier stamp is that of the first.
            guard observation.hlc < known.hlc else { return .known }
            try db.execute(
                sql: "UPDATE observation SET hlc = ?, observed_at = ? WHERE id = ?",
                arguments: [observation.hlc, observation.observedAt, Bytes.of(observation.id)])
            return .stamped
        }
        try insert(observation, hlc: observation.hlc)
        try raiseClock(observation.recorder, observation.device, to: observation.hlc)
        return .new
    }

    /// - Returns: false if it was known.
    fileprivate func adopt(superseded: UInt128, by: UInt128) throws -> Bool {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO supersession VALUES (?, ?)")
            .execute(arguments: [Bytes.of(superseded), Bytes.of(by)])
        return db.changesCount > 0
    }
}

extension CompoundStore {
    /// Takes over the journal of another copy of this compound: everything in one transaction, rows included. Doing it
    /// twice changes nothing.
    ///
    /// - Throws: `IntakeError.otherCompound` where the journal is another compound's.
    package func adopt(_ other: JournalCopy) throws(IntakeError) -> Adopted {
        guard other.unit == unit.text else { throw IntakeError(.otherCompound, field: "unit", value: other.unit) }
        return try adopt(facts: other)
    }

    /// - Parameter check: throws what speaks against it, within the transaction.
    func adopt(
        facts other: JournalCopy, unless check: (JournalCopy, Database) throws -> Void = { _, _ in }
    ) throws(IntakeError) -> Adopted {
        let adopted = try durably { db in
            try check(other, db)
            let before = try SurveyReader.conflicts(db)
            let seq = try PositionRow.read(db).position.seq
            var adoption = Adoption(Journal(db: db, now: self.clock()))
            let keys = try adoption.take(other)
            var adopted = adoption.adopted
            adopted.rows = Int(try self.derive(keys, db) - seq)
            adopted.conflicts = try SurveyReader.conflicts(db).filter { conflict in
                !before.contains { $0.subject == conflict.subject && $0.field == conflict.field }
            }.map { conflict in
                let words = [Messages.zhHans, .english].map { ConflictWords(conflict, now: self.clock(), $0).message }
                return Adopted.Unsettled(
                    subject: conflict.subject, field: conflict.field, message: words.joined(separator: " / "))
            }
            return adopted
        }
        tell(adopted)
        return adopted
    }

    private func tell(_ adopted: Adopted) {
        let log = surroundings.log("journal")
        log.notice(
            "a journal was taken over",
            metadata: ["new": "\(adopted.new)", "known": "\(adopted.known)", "impossible": "\(adopted.impossible)"])
        // The log holds no names: which door it was is for whoever adopts.
        for one in adopted.impossibles {
            log.warning(
                "left out, for no node could have written it", metadata: ["id": "\(one.id)", "fault": "\(one.fault)"])
        }
    }
}
