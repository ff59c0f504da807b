package import GRDB
import GRDBSQLite
import Synchronization

/// Whether a database's file still lies at its place and is as long as it was: a statement alone may be answered from
/// the page cache for ever.
///
/// This asks SQLite's own handle of the file, each time: opening it once more and closing it would drop the process's
/// locks on it. The header's count of pages says nothing here: a process that was killed, or a disk that filled up,
/// in the middle of a checkpoint leaves a header that is ahead of the file, and nothing is lost, for the pages stand
/// in the log. The files are never vacuumed in place, so one that became shorter was cut.
package final class FileWatch: Sendable {
    private let database: DatabaseQueue
    private let longest = Mutex<Int64>(0)

    package init(_ database: DatabaseQueue) { self.database = database }

    /// - Returns: what is wrong, for the log and `/healthz`; nil while the file answers.
    package func fault() -> String? {
        do { return try database.read(fault) } catch { return "\(error)" }
    }

    private func fault(_ db: Database) throws -> String? {
        guard try Int.fetchOne(db, sql: "SELECT 1 FROM sqlite_schema LIMIT 1") == 1 else { return "no schema" }
        var hasMoved: Int32 = 0
        if sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved) == SQLITE_OK,
            hasMoved != 0
        {
            return "another file, or none, is at its place"
        }
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let file, let methods = file.pointee.pMethods?.pointee
        else { return "no handle" }
        var header = [UInt8](repeating: 0, count: 16)
        var size: Int64 = 0
        guard methods.xRead?(file, &header, Int32(header.count), 0) == SQLITE_OK,
            header.elementsEqual("SQLite format 3\0".utf8)
        else { return "its first bytes are not SQLite's" }
        guard methods.xFileSize?(file, &size) == SQLITE_OK else { return "its length cannot be read" }
        let known = longest.withLock { longest in
            longest = max(longest, size)
            return longest
        }
        return size < known ? "\(size) of \(known) bytes are left" : nil
    }
}
