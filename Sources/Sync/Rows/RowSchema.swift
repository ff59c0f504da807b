/// The tables of whoever has a parent: the rows that may leave, and where it stands with them.
package enum RowSchema {
    package static let text = """
        -- The rows of counts that may leave, each under the number of its last change: this table is the outbox.
        CREATE TABLE row (
            dataset TEXT NOT NULL,
            period TEXT NOT NULL,
            subject TEXT NOT NULL,
            seq INTEGER NOT NULL UNIQUE CHECK (seq > 0),
            -- NULL in a tombstone, which lives until the deletion is acknowledged.
            catalogue BLOB CHECK (length(catalogue) = 16),
            -- Counts in the catalogue's order, comma-separated, -1 for unknown; NULL in a tombstone.
            counts TEXT,
            as_of INTEGER NOT NULL,
            -- Seconds since 1970 since when the parent is owed this row, to say how long it has waited.
            changed_at INTEGER NOT NULL,
            -- Why the parent refused it; NULL for a row in order.
            refused TEXT,
            PRIMARY KEY (dataset, period, subject)
        ) STRICT, WITHOUT ROWID;

        -- Where this node stands, and what its parent is known to hold; one row.
        CREATE TABLE position (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            -- NULL until the first start.
            incarnation BLOB CHECK (length(incarnation) = 16),
            seq INTEGER NOT NULL CHECK (seq >= 0),
            digest BLOB NOT NULL CHECK (length(digest) = 16),
            session INTEGER NOT NULL,
            -- The cursor: NULL until the parent has acknowledged something of this incarnation.
            acknowledged_seq INTEGER,
            acknowledged_digest BLOB CHECK (length(acknowledged_digest) = 16),
            acknowledged_at INTEGER,
            -- Tombstones up to here are gone.
            floor INTEGER NOT NULL,
            epoch INTEGER,
            epoch_holder BLOB CHECK (length(epoch_holder) = 16),
            -- Whose answers count, and at which address: another address starts afresh.
            parent BLOB CHECK (length(parent) = 16),
            -- The registry document as it was received, and its ETag.
            registry_digest TEXT,
            registry TEXT
        ) STRICT;
        -- The incarnations this file has lived through, and why each began.
        CREATE TABLE life (
            incarnation BLOB PRIMARY KEY CHECK (length(incarnation) = 16),
            reason TEXT NOT NULL,
            began_at INTEGER NOT NULL
        ) STRICT;

        -- Small facts about this installation, such as the address of the parent that was last used.
        CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

        INSERT INTO position (one, seq, digest, session, floor) VALUES (1, 0, zeroblob(16), 0, 0);
        """
}
