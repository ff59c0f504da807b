/// Where invites are kept: beside the journal and no part of it. No merge takes them along and no row counts them.
enum InviteSchema {
    static let text = """
        CREATE TABLE invite (
            -- The device of its records.
            code TEXT PRIMARY KEY,
            -- SHA-256 of the link's 128 random bits; the link itself is kept nowhere.
            token BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
            -- For whom, as a code.
            person TEXT NOT NULL,
            desk TEXT NOT NULL,
            -- Seconds since 1970.
            until INTEGER NOT NULL,
            made_at INTEGER NOT NULL,
            ended_at INTEGER,
            -- To the minute; NULL before the link was opened.
            last_used INTEGER,
            -- As typed for the sheet; '' for none.
            wifi TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- What an invite opens. A building that is gone opens nothing.
        CREATE TABLE invite_building (
            invite TEXT NOT NULL REFERENCES invite(code),
            building TEXT NOT NULL,
            PRIMARY KEY (invite, building)
        ) STRICT, WITHOUT ROWID;
        """
}
