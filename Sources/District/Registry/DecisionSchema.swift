/// Tables of `registry.sqlite` for what happened to units' rows and what was said about them by telephone.
enum DecisionSchema {
    static let whyPhonedIn = """
        -- Why the node doesn't say it itself; '' where nobody asked.
        ALTER TABLE phone_in ADD COLUMN reason TEXT NOT NULL DEFAULT '';
        -- Number of the read token with which it was written down; NULL for a command.
        ALTER TABLE phone_in ADD COLUMN read_token INTEGER;
        """

    static let receiptsAndCalls = """
        -- What a takeover took back: one for each pair of lives of a unit, written before the rows switch.
        CREATE TABLE receipt (
            unit TEXT NOT NULL,
            -- The incarnation that was counted, and the one that is counted since.
            deposed BLOB NOT NULL CHECK (length(deposed) = 16),
            heir BLOB NOT NULL CHECK (length(heir) = 16),
            -- Seconds since 1970 by this aggregator.
            at INTEGER NOT NULL,
            -- Where the deposed copy stood; NULL if its rows were no longer held here and nothing could be listed.
            deposed_seq INTEGER CHECK (deposed_seq >= 0),
            deposed_digest BLOB CHECK (length(deposed_digest) = 16),
            heir_seq INTEGER NOT NULL CHECK (heir_seq >= 0),
            heir_digest BLOB NOT NULL CHECK (length(heir_digest) = 16),
            -- Seconds since 1970 of the deposed copy's last contact: what it recorded later may be missing too.
            since INTEGER,
            PRIMARY KEY (unit, deposed, heir)
        ) STRICT;

        -- The acknowledged counts that the heir doesn't repeat.
        CREATE TABLE receipt_count (
            unit TEXT NOT NULL,
            deposed BLOB NOT NULL,
            heir BLOB NOT NULL,
            dataset TEXT NOT NULL,
            period TEXT NOT NULL,
            subject TEXT NOT NULL,
            indicator TEXT NOT NULL,
            -- The indicator's place in its row.
            place INTEGER NOT NULL,
            -- -1 for unknown.
            old INTEGER NOT NULL CHECK (old >= -1),
            -- -1 for unknown; NULL where the heir has no such row or indicator.
            new INTEGER CHECK (new >= -1),
            PRIMARY KEY (unit, deposed, heir, dataset, period, subject, indicator),
            FOREIGN KEY (unit, deposed, heir) REFERENCES receipt (unit, deposed, heir) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        -- Counts that somebody rang up for a silent unit; never changed and never deleted.
        CREATE TABLE phone_in (
            number INTEGER PRIMARY KEY,
            -- Seconds since 1970 by this aggregator.
            at INTEGER NOT NULL,
            unit TEXT NOT NULL,
            campaign TEXT NOT NULL,
            -- Households with a final result, and those that are due.
            done INTEGER NOT NULL CHECK (done BETWEEN 0 AND due),
            due INTEGER NOT NULL,
            -- Residents tested and due; NULL where nobody said.
            tested INTEGER CHECK (tested BETWEEN 0 AND residents),
            residents INTEGER CHECK ((residents IS NULL) = (tested IS NULL)),
            -- Who rang, and who wrote it down.
            caller TEXT NOT NULL,
            officer TEXT NOT NULL
        ) STRICT;

        -- The end of a call: the unit's own rows count again, and this is what they say.
        CREATE TABLE phone_in_return (
            number INTEGER PRIMARY KEY REFERENCES phone_in (number),
            at INTEGER NOT NULL,
            done INTEGER NOT NULL,
            due INTEGER NOT NULL,
            tested INTEGER,
            residents INTEGER
        ) STRICT;
        """
}
