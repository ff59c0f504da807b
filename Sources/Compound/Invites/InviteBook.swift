import Federation
import Foundation
import GRDB
import Sync

/// An invite as the desk's list shows it.
struct InviteLine: Sendable, Equatable {
    var invite: Invite
    /// Seconds since 1970, to the minute; nil before the link was opened.
    var lastUsed: Int64?
    var records = 0
}

extension CompoundStore {
    /// - Returns: nil for a token that nobody was given here.
    func invite(_ token: InviteToken) throws -> Invite? {
        try read { try InviteBook.lines("WHERE token = ?", [token.digest], $0).first?.invite }
    }

    func invite(_ code: Code) throws -> Invite? {
        try read { try InviteBook.lines("WHERE code = ?", [code.text], $0).first?.invite }
    }

    /// The open ones first, then the latest.
    func invites() throws -> [InviteLine] {
        try read { db in
            let counts = try InviteBook.records(db)
            return try InviteBook.lines("ORDER BY ended_at IS NOT NULL, until DESC, code LIMIT 500", [], db).map {
                line in
                var line = line
                line.records = counts[line.invite.code.text] ?? 0
                return line
            }
        }
    }

    /// - Returns: the invite; the earlier one where this token was given already: a form that is sent twice makes one.
    func make(_ invite: Invite, _ token: InviteToken) throws(IntakeError) -> Invite {
        try durably { db in
            if let known = try InviteBook.lines("WHERE token = ?", [token.digest], db).first { return known.invite }
            try db.execute(
                sql: "INSERT INTO invite VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?)",
                arguments: [
                    invite.code.text, token.digest, invite.person.text, invite.desk, invite.until, self.clock(),
                    invite.wifi,
                ])
            for building in invite.buildings {
                try db.execute(
                    sql: "INSERT INTO invite_building VALUES (?, ?)", arguments: [invite.code.text, building.text])
            }
            return invite
        }
    }

    /// From now on its link opens nothing. An invite that was ended before stays as it is.
    func end(_ invite: Code) throws(IntakeError) {
        try durably { db in
            try db.execute(
                sql: "UPDATE invite SET ended_at = ? WHERE code = ? AND ended_at IS NULL",
                arguments: [self.clock(), invite.text])
        }
    }

    /// Once a minute at most: a phone asks often, and each note is a write.
    func noteUse(of invite: Code) throws {
        let now = clock()
        let isFresh = try read { db in
            try Bool.fetchOne(
                db, sql: "SELECT last_used > ? FROM invite WHERE code = ?", arguments: [now - 60, invite.text])
        }
        guard isFresh != true else { return }
        try durably {
            try $0.execute(sql: "UPDATE invite SET last_used = ? WHERE code = ?", arguments: [now, invite.text])
        }
    }

    /// The records as the invite's person made them; those that it doesn't open are refused one by one.
    ///
    /// - Parameter guest: code of the invite; empty for staff, whose records are their own.
    func signed(_ items: [(id: String, Result<Record, IntakeError>)], by guest: String) throws(IntakeError) -> [(
        id: String, Result<Record, IntakeError>
    )] {
        if guest.isEmpty { return items }
        do {
            guard let invite = try Code(guest).flatMap({ try invite($0) }) else {
                throw IntakeError(.notInvited, field: "device", value: guest)
            }
            return try read { db in
                let journal = Journal(db: db, now: 0)
                return try items.map { item in
                    do { return (item.id, .success(try invite.signed(item.1.get(), journal))) } catch let error
                        as IntakeError
                    { return (item.id, .failure(error)) }
                }
            }
        } catch let error as IntakeError {
            throw error
        } catch {
            throw IntakeError(.storeFailed, value: "\(error)")
        }
    }
}

private enum InviteBook {
    static func lines(_ condition: String, _ arguments: StatementArguments, _ db: Database) throws -> [InviteLine] {
        try Row.fetchAll(db, sql: "SELECT * FROM invite " + condition, arguments: arguments).compactMap { row in
            guard let code = Code(row["code"] as String), let person = Code(row["person"] as String) else { return nil }
            let buildings = try String.fetchAll(
                db, sql: "SELECT building FROM invite_building WHERE invite = ?", arguments: [code.text])
            let invite = Invite(
                code: code, person: person, desk: row["desk"],
                buildings: buildings.sorted(by: BuildingOrder.precedes).compactMap { Code($0) }, until: row["until"],
                endedAt: row["ended_at"], wifi: row["wifi"])
            return InviteLine(invite: invite, lastUsed: row["last_used"])
        }
    }

    /// Counted in the journal, which alone knows what arrived; it is read once for the whole list.
    static func records(_ db: Database) throws -> [String: Int] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT device, count(*) AS records FROM observation
                WHERE device IN (SELECT code FROM invite) GROUP BY device
                """
        ).reduce(into: [:]) { $0[$1["device"]] = $1["records"] }
    }
}
