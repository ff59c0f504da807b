import Daemon
import Foundation
import GRDB
import Sync

/// `registry.sqlite` as a file: whether it was lost, and how a backup takes its place.
package enum RegistryFile {
    /// Why a backup was not put in place; nothing was changed.
    package struct Refused: Error, CustomStringConvertible {
        package let description: String
    }

    /// The rows of children are here and the registry that admits them is not. Going on with an empty one would
    /// turn every child away under a new identity; what no child holds has to be restored by a person.
    package static func isLost(_ folder: String) -> Bool {
        let rows = folder + "/rows.sqlite"
        guard !FileManager.default.fileExists(atPath: folder + "/registry.sqlite"),
            FileManager.default.fileExists(atPath: rows)
        else { return false }
        return (try? readOnly(rows).read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM unit)") }) ?? false
    }

    /// Checks a backup, keeps what is there under another name, and puts the backup in its place.
    ///
    /// The caller holds the lock on the folder.
    ///
    /// - Parameter wall: seconds since 1970, for the name of what is kept.
    /// - Returns: where the registry that was there is now; nil if there was none.
    package static func restore(_ backup: String, into folder: String, wall: Int64) throws -> String? {
        let (place, fresh) = (folder + "/registry.sqlite", folder + "/registry.sqlite.new")
        let files = FileManager.default
        guard files.fileExists(atPath: backup) else { throw Refused(description: "\(backup): no such file") }
        try? files.removeItem(atPath: fresh)
        do {
            let database = try readOnly(backup)
            try check(database, backup)
            try SQLiteFile.backup(database, to: fresh)
        } catch let error as DatabaseError {
            throw Refused(
                description: "\(backup): \(error.message ?? "\(error.resultCode)"); it is no backup of a registry")
        }
        var kept: String?
        if files.fileExists(atPath: place) {
            let name = free("\(place).before-restore-\(wall)")
            // With what still stands in its log; a registry that can't be read is kept as it is.
            do { try SQLiteFile.backup(try readOnly(place), to: name) } catch {
                try files.copyItem(atPath: place, toPath: name)
            }
            kept = name
            try keepReleases(of: name, in: fresh)
        }
        for suffix in ["-wal", "-shm"] { try? files.removeItem(atPath: place + suffix) }
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: fresh)
        try DurableFile.replace(place, with: fresh)
        return kept
    }

    /// What the public was told since the backup isn't taken back by it: the next release has to know.
    private static func keepReleases(of former: String, in fresh: String) throws {
        let told = try? readOnly(former).read { try RegistryStore.rows(ofReleases: $0) }
        guard let told, !told.isEmpty else { return }
        let database = try DatabaseQueue(path: fresh)
        try RegistryStore.migrations.migrate(database)
        try database.write { db in for row in told { try RegistryStore.take(row, db) } }
        try database.close()
    }

    /// Two restores within a second keep two files.
    private static func free(_ name: String) -> String {
        var free = name
        var number = 1
        while FileManager.default.fileExists(atPath: free) {
            number += 1
            free = "\(name)-\(number)"
        }
        return free
    }

    private static func check(_ database: DatabaseQueue, _ path: String) throws {
        try database.read { db in
            let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check") ?? "nothing"
            guard verdict == "ok" else { throw Refused(description: "\(path): damaged: \(verdict)") }
            guard try db.tableExists("identity"), try Int.fetchOne(db, sql: "SELECT count(*) FROM identity") == 1 else {
                throw Refused(description: "\(path): is no registry of an aggregator")
            }
        }
        guard try !database.read(RegistryStore.migrations.hasBeenSuperseded) else {
            throw StoreError.newerVersion(path: path)
        }
    }

    private static func readOnly(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
