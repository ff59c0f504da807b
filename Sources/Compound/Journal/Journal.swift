import Federation
import Foundation
import GRDB
import Sync

/// One statement as the journal keeps it.
struct Observation: Equatable {
    var id: UInt128
    var desk: String
    var subject: String
    var field: String
    var value: String
    var recorder: String
    var device: String
    var observedAt: Int64
    var hlc: Int64
    var evidence: Int

    /// What statements are about; those about one fact are folded together.
    struct Fact: Hashable { let desk, subject, field: String }
    var fact: Fact { Fact(desk: desk, subject: subject, field: field) }

    /// Whether this is the same record, sent again. The times are no part of it: the stamp is this node's own,
    /// and a form that is sent twice gets its time from the node too.
    func says(_ other: Observation) -> Bool {
        var other = other
        (other.observedAt, other.hlc) = (observedAt, hlc)
        return self == other
    }

    /// The total order by which one of several live statements is chosen: it depends on nothing but
    /// the statements themselves, so two journals with the same statements choose alike.
    static func standsBelow(_ a: Observation, _ b: Observation) -> Bool {
        (a.evidence, a.hlc) != (b.evidence, b.hlc)
            ? (a.evidence, a.hlc) < (b.evidence, b.hlc) : (a.recorder, a.id) < (b.recorder, b.id)
    }
}

/// Stage 2: appends statements and reads back those that stand.
struct Journal {
    let db: Database
    /// Seconds since 1970 by this node.
    let now: Int64
    private let stamps = Stamps()

    init(db: Database, now: Int64) { (self.db, self.now) = (db, now) }

    /// What one transaction needn't ask twice to stamp its records.
    private final class Stamps {
        /// Whether anything lies after now: a clock ran ahead once. Nil until somebody asked.
        var isAnyAhead: Bool?
        /// The highest given to each recorder on each device.
        var last: [[String]: Int64] = [:]
    }

    enum Appended { case new, known }

    /// - Parameter admit: throws what speaks against a new record.
    /// - Throws: `IntakeError.idReused` if the id is known with another content.
    func append(
        _ observation: Observation, supersedes: [UInt128], admit: () throws -> Void = {}
    ) throws -> Appended {
        if let known = try observations("WHERE id = ?", [Bytes.of(observation.id)]).first {
            guard known.says(observation), try taken(backBy: observation.id) == Set(supersedes) else {
                throw IntakeError(.idReused, field: "id", value: Hex.text(observation.id))
            }
            return .known
        }
        try admit()
        try insert(observation, hlc: try stamp(observation))
        for id in supersedes {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO supersession VALUES (?, ?)")
                .execute(arguments: [Bytes.of(id), Bytes.of(observation.id)])
        }
        return .new
    }

    /// Clamped once, here, and kept: see `HybridClock`.
    private func stamp(_ observation: Observation) throws -> Int64 {
        let last = try lastStamp(of: observation)
        let ahead = try isAnyAhead() ? ahead(of: observation) : nil
        let stamp = HybridClock.stamp(observedAt: observation.observedAt, now: now, last: last, ahead: ahead)
        stamps.last[[observation.recorder, observation.device]] = max(last ?? stamp, stamp)
        try raiseClock(observation.recorder, observation.device, to: stamp)
        return stamp
    }

    private func lastStamp(of observation: Observation) throws -> Int64? {
        let who = [observation.recorder, observation.device]
        if let known = stamps.last[who] { return known }
        return try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT hlc FROM clock WHERE recorder = ? AND device = ?"),
            arguments: StatementArguments(who))
    }

    /// No statement stands above the clock of its recorder: where no clock is ahead, no fact has to be looked at.
    private func isAnyAhead() throws -> Bool {
        if let known = stamps.isAnyAhead { return known }
        let found = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT 1 FROM clock WHERE hlc >= ? LIMIT 1"), arguments: [HybridClock.after(now)])
        stamps.isAnyAhead = found != nil
        return found != nil
    }

    private func ahead(of observation: Observation) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT max(hlc) FROM observation WHERE subject = ? AND field = ? AND hlc >= ?"),
            arguments: [observation.subject, observation.field, HybridClock.after(now)])
    }

    /// What is stamped next stands above this.
    func raiseClock(_ recorder: String, _ device: String, to stamp: Int64) throws {
        let who = [recorder, device]
        stamps.last[who] = stamps.last[who].map { max($0, stamp) }
        if stamp >= HybridClock.after(now) { stamps.isAnyAhead = true }
        try db.cachedStatement(
            sql: "INSERT INTO clock VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET hlc = max(hlc, excluded.hlc)"
        ).execute(arguments: [recorder, device, stamp])
    }

    func insert(_ observation: Observation, hlc: Int64) throws {
        try db.cachedStatement(sql: "INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                Bytes.of(observation.id), observation.desk, observation.subject, observation.field, observation.value,
                observation.recorder, observation.device, observation.observedAt, hlc, observation.evidence, now,
            ])
    }

    /// What a statement took back; nil where it isn't here.
    func takenBack(by id: UInt128) throws -> [UInt128]? {
        try statements([id]).isEmpty ? nil : Array(taken(backBy: id))
    }

    private func taken(backBy id: UInt128) throws -> Set<UInt128> {
        Set(
            try Data.fetchAll(
                db.cachedStatement(sql: "SELECT superseded FROM supersession WHERE by = ?"), arguments: [Bytes.of(id)]
            ).map(Bytes.uint128))
    }

    /// The statements about one fact that nobody has taken back, the one that stands last.
    func live(_ subject: String, _ field: String) throws -> [Observation] {
        try observations(Journal.live, [subject, field]).sorted(by: Observation.standsBelow)
    }

    /// All that was ever said about one fact, taken back or not, in the journal's order.
    func said(_ subject: String, _ field: String) throws -> [Observation] {
        try observations("WHERE subject = ? AND field = ?", [subject, field]).sorted(by: Observation.standsBelow)
    }

    /// The same but for what was withdrawn with its building or door: that is as if nobody had said it.
    func told(_ subject: String, _ field: String) throws -> [Observation] {
        try observations(Journal.told, [subject, field]).sorted(by: Observation.standsBelow)
    }

    /// All that was ever said about a subject.
    func said(about subject: String) throws -> [Observation] {
        try observations("WHERE subject = ?", [subject]).sorted(by: Observation.standsBelow)
    }

    /// What took something back and was undone itself took nothing back.
    static let live = """
        WHERE subject = ? AND field = ? AND NOT EXISTS (SELECT 1 FROM supersession AS taken WHERE superseded = observation.id
        AND NOT EXISTS (SELECT 1 FROM supersession AS undo JOIN observation AS slip ON slip.id = undo.by
        WHERE undo.superseded = taken.by AND slip.value = '\(Record.Undo.value)'))
        """
    private static let told = """
        WHERE subject = ? AND field = ? AND NOT EXISTS (SELECT 1 FROM supersession AS taken
        JOIN observation AS withdrawal ON withdrawal.id = taken.by
        WHERE taken.superseded = observation.id AND withdrawal.value \(Record.Withdrawal.isSaid)
        AND NOT EXISTS (SELECT 1 FROM supersession AS undo JOIN observation AS slip ON slip.id = undo.by
        WHERE undo.superseded = taken.by AND slip.value = '\(Record.Undo.value)'))
        """
    static let select = """
        SELECT id, desk, subject, field, value, recorder, device, observed_at, hlc, evidence FROM observation\u{20}
        """

    /// - Parameter condition: what follows `FROM observation`.
    func observations(_ condition: String, _ arguments: StatementArguments) throws -> [Observation] {
        // By place and without a copy of the row: this is read several times for each record.
        let rows = try Row.fetchCursor(db.cachedStatement(sql: Journal.select + condition), arguments: arguments)
        return try Array(
            rows.map { row in
                Observation(
                    id: Bytes.uint128(row[0]), desk: row[1], subject: row[2], field: row[3], value: row[4],
                    recorder: row[5], device: row[6], observedAt: row[7], hlc: row[8], evidence: row[9])
            })
    }

    /// What took a statement back, as far as it has arrived.
    func statements(takingBack id: UInt128) throws -> [Observation] {
        try observations("WHERE id IN (SELECT by FROM supersession WHERE superseded = ?)", [Bytes.of(id)])
    }

    /// What the given statements took back: it stands again if they are undone.
    func statements(takenBackBy ids: [UInt128]) throws -> [Observation] {
        try ids.flatMap { try statements(Array(taken(backBy: $0))) }
    }

    /// The statements that the given ids name, as far as they have arrived: their facts have to be folded again.
    func statements(_ ids: [UInt128]) throws -> [Observation] {
        try ids.flatMap { try observations("WHERE id = ?", [Bytes.of($0)]) }
    }

    // MARK: Conflicts

    /// Opens a work item for a person, or closes it where the statements agree again.
    func note(_ conflict: (kind: String, detail: String)?, _ subject: String, _ field: String) throws {
        guard let conflict else {
            try db.cachedStatement(sql: "DELETE FROM conflict WHERE subject = ? AND field = ?").execute(arguments: [
                subject, field,
            ])
            return
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO conflict VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (subject, field) DO UPDATE SET kind = excluded.kind, detail = excluded.detail
                """
        ).execute(arguments: [subject, field, conflict.kind, conflict.detail, now])
    }
}
