import Federation
import Foundation
import GRDB

/// Decisions, receipts and calls. Written by the writing thread only, before the rows they belong to.
extension RegistryStore: DecisionKeeping {
    func commit(_ decided: Decided) throws {
        try database.write { db in
            for decision in decided.decisions { try insert(decision, db) }
            for receipt in decided.receipts { try put(receipt, db) }
            for call in decided.phoneIns { try insert(call, db) }
            for call in decided.returns { try end(call, db) }
            for note in decided.notes { try WorkSchema.put(note, db) }
        }
    }

    func book() throws -> DecisionBook {
        try database.read { db in
            var decided = Decided()
            decided.decisions = try decisions(db)
            decided.receipts = try receipts(db)
            decided.phoneIns = try phoneIns(db)
            decided.notes = try WorkSchema.notes(db)
            var book = DecisionBook()
            book.apply(decided)
            return book
        }
    }

    // MARK: Decisions

    private func insert(_ decision: Decision, _ db: Database) throws {
        try RegistryStore.note(
            decision.action.text, of: decision.unit, at: decision.at, reason: decision.reason,
            officer: decision.officer, db)
    }

    /// What stays on record of a decision, whatever it is about.
    static func note(
        _ action: String, of unit: Code, at: Int64, reason: String, officer: String, _ db: Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO decision (at, unit, action, reason, officer) VALUES (?, ?, ?, ?, ?)",
            arguments: [at, unit.text, action, reason, officer])
    }

    func note(_ action: String, of subject: Code, at: Int64, reason: String, officer: String) throws {
        try database.write {
            try RegistryStore.note(action, of: subject, at: at, reason: reason, officer: officer, $0)
        }
    }

    private func decisions(_ db: Database) throws -> [Decision] {
        try Row.fetchAll(db, sql: "SELECT * FROM decision ORDER BY id").compactMap { row in
            guard let unit = Code(row["unit"] as String), let action = Decision.Action(row["action"] as String) else {
                return nil
            }
            return Decision(at: row["at"], unit: unit, action: action, reason: row["reason"], officer: row["officer"])
        }
    }

    // MARK: Receipts

    private func put(_ receipt: Receipt, _ db: Database) throws {
        let key: StatementArguments = [receipt.unit.text, Blob.of(receipt.deposed.value), Blob.of(receipt.heir.value)]
        let held = try Row.fetchOne(
            db, sql: "SELECT deposed_seq FROM receipt WHERE unit = ? AND deposed = ? AND heir = ?", arguments: key)
        if let held, Int64(receipt.deposedAt?.seq ?? 0) < (held["deposed_seq"] as Int64?) ?? 0 { return }
        try db.execute(sql: "DELETE FROM receipt WHERE unit = ? AND deposed = ? AND heir = ?", arguments: key)
        try db.execute(
            sql: "INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: key + [
                receipt.at, receipt.deposedAt.map { Int64($0.seq) },
                receipt.deposedAt.map { Blob.of($0.digest.value) }, Int64(receipt.heirAt.seq),
                Blob.of(receipt.heirAt.digest.value), receipt.since,
            ])
        let insert = try db.cachedStatement(sql: "INSERT INTO receipt_count VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for line in receipt.lines {
            for (place, count) in line.counts.enumerated() {
                try insert.execute(
                    arguments: key + [
                        line.key.dataset.text, line.key.period.text, line.key.subject.text, count.indicator.text, place,
                        count.old.raw, count.new?.raw,
                    ])
            }
        }
    }

    private func receipts(_ db: Database) throws -> [Receipt] {
        try Row.fetchAll(db, sql: "SELECT * FROM receipt ORDER BY rowid").compactMap { row in
            guard let unit = Code(row["unit"] as String) else { return nil }
            func value(_ column: String) -> UInt128? { Blob.bytes(row[column]).map(Blob.uint128) }
            func position(_ name: String) -> Position? {
                (row["\(name)_seq"] as Int64?).flatMap { seq in
                    value("\(name)_digest").map { Position(seq: UInt64(seq), digest: Digest(value: $0)) }
                }
            }
            let key: StatementArguments = [unit.text, row["deposed"] as Data, row["heir"] as Data]
            return Receipt(
                unit: unit, deposed: Incarnation(value: value("deposed") ?? 0),
                heir: Incarnation(value: value("heir") ?? 0), at: row["at"], deposedAt: position("deposed"),
                heirAt: position("heir") ?? .origin, since: row["since"], lines: try lines(key, db))
        }
    }

    private func lines(_ key: StatementArguments, _ db: Database) throws -> [Receipt.Line] {
        let counts = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT dataset, period, subject, indicator, old, new FROM receipt_count
                    WHERE unit = ? AND deposed = ? AND heir = ? ORDER BY dataset, period, subject, place
                    """), arguments: key)
        return counts.reduce(into: []) { lines, row in
            guard let dataset = Code(row["dataset"] as String), let period = Code(row["period"] as String),
                let subject = Code(row["subject"] as String), let indicator = Code(row["indicator"] as String)
            else { return }
            let rowKey = RowKey(dataset: dataset, period: period, subject: subject)
            let count = Receipt.Difference(
                indicator: indicator, old: Count(unchecked: row["old"]),
                new: (row["new"] as Int64?).map { Count(unchecked: $0) })
            if lines.last?.key == rowKey {
                lines[lines.count - 1].counts.append(count)
            } else {
                lines.append(Receipt.Line(key: rowKey, counts: [count]))
            }
        }
    }

    // MARK: Calls

    private func insert(_ call: PhoneIn, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO phone_in (number, at, unit, campaign, done, due, tested, residents, caller, officer, reason,
                read_token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                call.number, call.at, call.unit.text, call.campaign.text, call.counts.done, call.counts.due,
                call.counts.tested, call.counts.residents, call.caller, call.officer, call.reason, call.readToken,
            ])
    }

    private func end(_ call: PhoneIn, _ db: Database) throws {
        guard let returned = call.returned else { return }
        // A process that ended after this and before the rows hears the node once more: the first word stands.
        try db.execute(
            sql: "INSERT OR IGNORE INTO phone_in_return VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                call.number, returned.at, returned.counts.done, returned.counts.due, returned.counts.tested,
                returned.counts.residents,
            ])
    }

    private func phoneIns(_ db: Database) throws -> [PhoneIn] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT phone_in.*, ended.at AS ended_at, ended.done AS ended_done, ended.due AS ended_due,
                ended.tested AS ended_tested, ended.residents AS ended_residents
                FROM phone_in LEFT JOIN phone_in_return AS ended USING (number) ORDER BY number
                """)
        return rows.compactMap { row in
            guard let unit = Code(row["unit"] as String), let campaign = Code(row["campaign"] as String) else {
                return nil
            }
            func counts(_ prefix: String) -> PhoneIn.Counts? {
                (row[prefix + "done"] as Int64?).map {
                    PhoneIn.Counts(
                        done: $0, due: row[prefix + "due"], tested: row[prefix + "tested"],
                        residents: row[prefix + "residents"])
                }
            }
            guard let said = counts("") else { return nil }
            var call = PhoneIn(
                at: row["at"], unit: unit, campaign: campaign, counts: said, caller: row["caller"],
                officer: row["officer"], reason: row["reason"], readToken: row["read_token"])
            call.number = row["number"]
            call.returned = counts("ended_").map { PhoneIn.Return(at: row["ended_at"], counts: $0) }
            return call
        }
    }
}

extension Decision.Action {
    /// As the table of decisions spells it.
    var text: String {
        switch self {
        case .adopt(let incarnation): "adopt \(incarnation)"
        case .retire(let incarnation): "retire \(incarnation)"
        }
    }

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, let incarnation = Incarnation(hex: words[1]) else { return nil }
        switch words[0] {
        case "adopt": self = .adopt(incarnation)
        case "retire": self = .retire(incarnation)
        default: return nil
        }
    }
}
