import Daemon
import Federation
import Foundation
import GRDB
import Sync

extension CompoundStore {
    /// Makes everything that follows from the journal anew in a copy of the file, and compares. The file is only read,
    /// and nobody waits but while it is copied.
    func verify() throws -> JournalVerification {
        let faults = try fileFaults()
        guard faults.isEmpty else { return JournalVerification(found: faults) }
        return try JournalScratch(of: database).run { db in
            var replay = Replay(db, now: self.clock(), catalogues: self.catalogues)
            _ = try replay.run()
            return try JournalVerification(db, found: replay.found)
        }
    }

    /// Writes everything anew that follows from the journal: in one transaction, and only if something differs. What
    /// leaves is what changed, under the next numbers.
    ///
    /// - Returns: what stood before.
    func rederive() throws -> JournalVerification {
        let before = try verify()
        guard before.found.contains(where: \.endsWithRederiving) else { return before }
        return try durably { db in
            var replay = Replay(db, now: self.clock(), catalogues: self.catalogues)
            let changed = try replay.run()
            var verification = try JournalVerification(db, found: replay.found)
            verification.rederived = changed
            return verification
        }
    }

    /// What SQLite says of the pages and indexes.
    private func fileFaults() throws -> [Discrepancy] {
        do {
            return try database.inDatabase { db in
                try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }.map {
                    Discrepancy(place: .file, stands: $0, follows: nil)
                }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return [Discrepancy(place: .file, stands: error.message ?? "\(error)", follows: nil)]
        }
    }
}

extension JournalVerification {
    fileprivate init(_ db: Database, found: [Discrepancy]) throws {
        records = try Int.fetchOne(db, sql: "SELECT count(*) FROM observation") ?? 0
        rows = try Int.fetchOne(db, sql: "SELECT count(*) FROM row WHERE counts IS NOT NULL") ?? 0
        self.found = found
    }
}

/// A copy of the journal that may be written and is thrown away.
private final class JournalScratch {
    private let folder: String
    private let database: DatabaseQueue

    init(of original: DatabaseQueue) throws {
        folder = FileManager.default.temporaryDirectory.path + "/jiayuan-verify-\(UUID().uuidString)"
        try Place.makeFolder(folder, key: "TMPDIR")
        do {
            let path = folder + "/journal.sqlite"
            try SQLiteFile.backup(original, to: path)
            database = try SQLiteFile.open(path, migrations: JournalSchema.migrations)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    /// What the body writes is seen by the body alone.
    func run<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try database.writeWithoutTransaction { db in
            var value: Value?
            try db.inTransaction {
                value = try body(db)
                return .rollback
            }
            guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
            return value
        }
    }

    deinit {
        try? database.close()
        try? FileManager.default.removeItem(atPath: folder)
    }
}
