import Foundation
import GRDB

extension RegistryStore {
    static let readTokenSchema = """
        -- Who may read figures, and of what place. A row is never deleted: who could look, and until when, stays known.
        CREATE TABLE read_token (
            number INTEGER PRIMARY KEY,
            -- Whose it is.
            name TEXT NOT NULL,
            -- SHA-256 of the token; the token itself was shown once.
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            -- Code of a division or a unit; NULL for everything.
            scope TEXT,
            -- What its holder may do beside reading: words with spaces between.
            may TEXT NOT NULL,
            -- Seconds since 1970 by this aggregator.
            made_at INTEGER NOT NULL,
            -- ISO day, the first on which it opens nothing; NULL where none is set.
            valid_until TEXT,
            -- When somebody ended it.
            ended_at INTEGER
        ) STRICT;
        """

    /// - Returns: the number that it got.
    @discardableResult
    func add(_ token: ReadToken, hash: [UInt8]) throws -> Int64 {
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO read_token (name, token_hash, scope, may, made_at, valid_until)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    token.name, Blob.of(hash), token.scope,
                    token.rights.map(\.rawValue).sorted().joined(separator: " "),
                    token.madeAt, token.until,
                ])
            return db.lastInsertedRowID
        }
    }

    /// - Parameter wall: seconds since 1970.
    func endReadToken(_ number: Int64, at wall: Int64) throws {
        try database.write {
            try $0.execute(
                sql: "UPDATE read_token SET ended_at = coalesce(ended_at, ?) WHERE number = ?",
                arguments: [wall, number])
        }
    }

    /// By the hash of each.
    func readTokens() throws -> [[UInt8]: ReadToken] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM read_token").reduce(into: [:]) { tokens, row in
                tokens[Array(row["token_hash"] as Data)] = ReadToken(
                    number: row["number"], name: row["name"], scope: row["scope"],
                    rights: Set(
                        (row["may"] as String).split(separator: " ").compactMap { Right(rawValue: String($0)) }),
                    madeAt: row["made_at"], until: row["valid_until"], endedAt: row["ended_at"])
            }
        }
    }
}
