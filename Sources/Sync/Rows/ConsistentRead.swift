package import GRDB

extension DatabaseQueue {
    /// Several reads of one state of the file.
    ///
    /// `read` switches `PRAGMA query_only` on and off, and SQLite compiles every statement anew after that: half of the
    /// time of a node that reads and writes by turns.
    package func readConsistently<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try writeWithoutTransaction { db in
            var value: Value?
            try db.inTransaction(.deferred) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
            return value
        }
    }
}
