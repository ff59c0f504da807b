import Daemon
import Federation
import Foundation
import GRDB
import Synchronization

/// Who must be reachable at night, and what they need.
enum CareNeed: String, Sendable, CaseIterable {
    case livesAlone = "lives_alone"
    case latePregnancy = "late_pregnancy"
    case dialysis
    case childAlone = "child_alone"
    case disability, medication, other
}

/// The list of vulnerable people: a file of its own beside the journal. None of it is a record, so none of it is in a row,
/// an export, a survey page, or a journal that is copied to another machine.
///
/// Whoever reads it says the PIN and his name anew; who read it and when stands below the list for the next one.
final class CareBook: Sendable {
    struct Person: Sendable, Equatable {
        var id: Int64
        var door: String
        var need: String
        var note: String
    }
    struct Reading: Sendable, Equatable {
        enum Act: String, Sendable { case read, added, ended }
        /// Seconds since 1970.
        var at: Int64
        var reader: String
        var act: String
    }
    struct Page: Sendable {
        var people: [Person]
        /// The latest first.
        var readings: [Reading]
    }
    private struct Pass {
        var reader: String
        var until: Int64
    }
    private let path: String
    private let clock: @Sendable () -> Int64
    private let database = Mutex<DatabaseQueue?>(nil)
    private let passes = Mutex<[String: Pass]>([:])

    /// How long the list stays open for the one who opened it, in seconds, and readings that are shown.
    private static let (open, shown) = (Int64(600), 50)

    init(folder: String, clock: @escaping @Sendable () -> Int64) {
        path = folder + "/care.sqlite"
        self.clock = clock
    }

    // MARK: Who may

    /// - Returns: what the page sends along for the next ten minutes.
    func admit(_ reader: String) -> String {
        let (key, now) = (Hex.text(UInt128.random(in: 1 ... .max)), clock())
        passes.withLock { passes in
            passes = passes.filter { $0.value.until > now }
            passes[key] = Pass(reader: reader, until: now + CareBook.open)
        }
        return key
    }

    /// - Returns: nil once the time is over.
    func reader(_ key: String) -> String? {
        passes.withLock { passes in passes[key].flatMap { $0.until > clock() ? $0.reader : nil } }
    }

    // MARK: The list

    func read(by reader: String) throws(IntakeError) -> Page {
        try write { db in
            try note(.read, by: reader, db)
            return try page(db)
        }
    }

    func add(door: Code, _ need: CareNeed, _ remark: String, by reader: String) throws(IntakeError) -> Page {
        try write { db in
            // A second tap on the button is no second person.
            try db.execute(
                sql: """
                    INSERT INTO person (door, need, note) SELECT :door, :need, :note
                    WHERE NOT EXISTS (SELECT 1 FROM person WHERE door = :door AND need = :need AND note = :note)
                    """, arguments: ["door": door.text, "need": need.rawValue, "note": remark])
            if db.changesCount > 0 { try note(.added, by: reader, db) }
            return try page(db)
        }
    }

    /// Takes a person off the list; nothing of him stays.
    func end(_ id: Int64, by reader: String) throws(IntakeError) -> Page {
        try write { db in
            try db.execute(sql: "DELETE FROM person WHERE id = ?", arguments: [id])
            if db.changesCount > 0 { try note(.ended, by: reader, db) }
            return try page(db)
        }
    }

    private func note(_ act: Reading.Act, by reader: String, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO reading (at, reader, act) VALUES (?, ?, ?)", arguments: [clock(), reader, act.rawValue])
    }

    private func page(_ db: Database) throws -> Page {
        let people = try Row.fetchAll(db, sql: "SELECT id, door, need, note FROM person ORDER BY door, id")
            .map { Person(id: $0["id"], door: $0["door"], need: $0["need"], note: $0["note"]) }
        let readings = try Row.fetchAll(
            db, sql: "SELECT at, reader, act FROM reading ORDER BY id DESC LIMIT ?", arguments: [CareBook.shown]
        )
        .map { Reading(at: $0["at"], reader: $0["reader"], act: $0["act"]) }
        return Page(people: people, readings: readings)
    }

    private func write<Value>(_ body: (Database) throws -> Value) throws(IntakeError) -> Value {
        do { return try opened().write(body) } catch { throw IntakeError(.storeFailed, value: "\(error)") }
    }

    /// A compound that keeps no such list has no such file.
    private func opened() throws -> DatabaseQueue {
        try database.withLock { database in
            if let database { return database }
            let fresh = try SQLiteFile.open(path, migrations: CareBook.migrations)
            // Who was taken off the list is overwritten.
            try fresh.writeWithoutTransaction { try $0.execute(sql: "PRAGMA secure_delete=ON") }
            database = fresh
            return fresh
        }
    }

    private static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 care") { try $0.execute(sql: schema) }
        return migrator
    }

    private static let schema = """
        -- Who must be reachable. Deleted when it ends.
        CREATE TABLE person (
            id INTEGER PRIMARY KEY,
            door TEXT NOT NULL,
            -- A word of CareNeed.
            need TEXT NOT NULL,
            -- What whoever goes there has to know.
            note TEXT NOT NULL
        ) STRICT;

        -- Who looked, and when. Never deleted.
        CREATE TABLE reading (
            id INTEGER PRIMARY KEY,
            -- Seconds since 1970 by this node's clock.
            at INTEGER NOT NULL,
            -- As he called himself when he said the PIN.
            reader TEXT NOT NULL,
            act TEXT NOT NULL CHECK (act IN ('read', 'added', 'ended'))
        ) STRICT;
        """
}
