package import GRDB
import GRDBSQLite

extension SQLiteFile {
    /// Whether the file that was opened still lies at its place and has every page that its header tells of.
    ///
    /// A statement alone may be answered from the page cache for ever. This asks SQLite's own handle of the file, each
    /// time: opening it once more and closing it would drop the process's locks on it.
    package static func isWhole(_ db: Database) throws -> Bool {
        guard try Int.fetchOne(db, sql: "SELECT 1 FROM sqlite_schema LIMIT 1") == 1 else { return false }
        var hasMoved: Int32 = 0
        if sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved) == SQLITE_OK,
            hasMoved != 0
        {
            return false
        }
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let file
        else { return false }
        return hasEveryPage(file)
    }

    private static func hasEveryPage(_ file: UnsafeMutablePointer<sqlite3_file>) -> Bool {
        guard let methods = file.pointee.pMethods?.pointee else { return false }
        var header = [UInt8](repeating: 0, count: 100)
        var size: Int64 = 0
        guard methods.xRead?(file, &header, Int32(header.count), 0) == SQLITE_OK,
            methods.xFileSize?(file, &size) == SQLITE_OK, header.starts(with: "SQLite format 3\0".utf8)
        else { return false }
        // Big-endian: bytes of a page at 16 (1 stands for 65,536), pages at 28.
        let bytes = Int64(header[16]) << 8 | Int64(header[17])
        let pages = header[28..<32].reduce(0) { $0 << 8 | Int64($1) }
        return size >= (bytes == 1 ? 65_536 : bytes) * pages
    }
}
