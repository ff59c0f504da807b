package import Federation
import Foundation
import GRDB

/// An aggregator below this one: it speaks for units of its own.
package struct RegistryRelay: Sendable, Equatable {
    package var code: Code
    package var name: String
    /// Code of the division that it stands for.
    package var division: String
    package var dutyTelephone: String

    package init(code: Code, name: String, division: String, dutyTelephone: String) {
        self.code = code
        self.name = name
        self.division = division
        self.dutyTelephone = dutyTelephone
    }
}

extension RegistryStore {
    static let relaySchema = """
        -- Aggregators below this one, each of which speaks for many units.
        CREATE TABLE relay (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            -- The division that it stands for.
            division TEXT NOT NULL REFERENCES division(code),
            -- SHA-256 of its token; the token itself is only on the slip.
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
            duty_telephone TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The relay whose rows count for the unit; NULL where the unit's own do. Rows that come another way are
        -- kept and not counted.
        ALTER TABLE unit ADD COLUMN home TEXT REFERENCES relay(code);
        """

    /// Adds a relay with its token, or updates one that is there.
    ///
    /// - Parameter tokenHash: nil only for a relay that is there.
    func put(_ relay: RegistryRelay, tokenHash: [UInt8]?) throws {
        try database.write { db in
            if let tokenHash {
                try db.execute(
                    sql: """
                        INSERT INTO relay VALUES (?, ?, ?, ?, ?)
                        ON CONFLICT (code) DO UPDATE SET token_hash = excluded.token_hash
                        """,
                    arguments: [
                        relay.code.text, relay.name, relay.division, Blob.of(tokenHash), relay.dutyTelephone,
                    ])
            }
            try db.execute(
                sql: "UPDATE relay SET name = ?, division = ?, duty_telephone = ? WHERE code = ?",
                arguments: [relay.name, relay.division, relay.dutyTelephone, relay.code.text])
        }
    }

    func relays() throws -> [RegistryRelay] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM relay ORDER BY code").compactMap { row in
                Code(row["code"] as String).map {
                    RegistryRelay(
                        code: $0, name: row["name"], division: row["division"], dutyTelephone: row["duty_telephone"])
                }
            }
        }
    }
}
