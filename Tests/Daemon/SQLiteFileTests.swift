import Foundation
import GRDB
import Testing

@testable import Daemon

/// Whether the watchdog may beat: a statement is answered from the cache of a file that is gone.
@Suite struct SQLiteFileTests {
    private func with(_ body: (DatabaseQueue, String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/file-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: "CREATE TABLE t (x BLOB)")
            for _ in 0..<64 { try db.execute(sql: "INSERT INTO t VALUES (randomblob(4000))") }
        }
        let database = try SQLiteFile.open(folder + "/f.sqlite", migrations: migrator)
        try body(database, folder + "/f.sqlite")
    }

    private func isWhole(_ database: DatabaseQueue) -> Bool { (try? database.read(SQLiteFile.isWhole)) ?? false }

    @Test func aFileThatLiesInItsPlaceIsWhole() throws {
        try with { database, _ in
            #expect(isWhole(database))
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            #expect(isWhole(database))
            try database.write { try $0.execute(sql: "DELETE FROM t") }
            try database.vacuum()
            #expect(isWhole(database))
        }
    }

    @Test func aTruncatedFileIsNot() throws {
        try with { database, path in
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            #expect(truncate(path, 4096) == 0)
            #expect(try database.read { try Int.fetchOne($0, sql: "SELECT 1") } == 1)
            #expect(!isWhole(database))
        }
    }

    @Test func aFileThatWasReplacedOrRemovedIsNot() throws {
        try with { database, path in
            try FileManager.default.copyItem(atPath: path, toPath: path + ".copy")
            #expect(rename(path + ".copy", path) == 0)
            #expect(!isWhole(database))
            try FileManager.default.removeItem(atPath: path)
            #expect(!isWhole(database))
        }
    }

    @Test func aFileOfANewerVersionIsRefused() throws {
        try with { database, path in
            try database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2 of the future')") }
            try database.close()
            var migrator = DatabaseMigrator()
            migrator.registerMigration("1") { _ in }
            let error = #expect(throws: StoreError.self) { try SQLiteFile.open(path, migrations: migrator) }
            guard case .newerVersion? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}
