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

    @Test func aFileThatLiesInItsPlaceIsWhole() throws {
        try with { database, _ in
            let watch = FileWatch(database)
            #expect(watch.fault() == nil)
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            #expect(watch.fault() == nil)
            try database.write { try $0.execute(sql: "DELETE FROM t") }
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            #expect(watch.fault() == nil)
        }
    }

    /// A process that is killed in a checkpoint leaves a header that tells of pages which only the log has.
    @Test func aFileWhoseCheckpointWasCutIsWhole() throws {
        try with { database, path in
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: path + ".cut" + suffix)
            }
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            let first = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 4096)
            let cut = try FileHandle(forWritingTo: URL(fileURLWithPath: path + ".cut"))
            try cut.write(contentsOf: try #require(first))
            try cut.close()
            var migrator = DatabaseMigrator()
            migrator.registerMigration("1") { _ in }
            let again = try SQLiteFile.open(path + ".cut", migrations: migrator)
            #expect(FileWatch(again).fault() == nil)
            #expect(try again.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") } == 64)
        }
    }

    @Test func aTruncatedFileIsNot() throws {
        try with { database, path in
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            let watch = FileWatch(database)
            #expect(watch.fault() == nil)
            #expect(truncate(path, 4096) == 0)
            #expect(try database.read { try Int.fetchOne($0, sql: "SELECT 1") } == 1)
            #expect(watch.fault()?.hasPrefix("4096 of ") == true)
        }
    }

    @Test func aFileThatWasReplacedOrRemovedIsNot() throws {
        try with { database, path in
            try FileManager.default.copyItem(atPath: path, toPath: path + ".copy")
            let watch = FileWatch(database)
            #expect(rename(path + ".copy", path) == 0)
            #expect(watch.fault() != nil)
            try FileManager.default.removeItem(atPath: path)
            #expect(watch.fault() != nil)
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
