import GRDB
import Sync

/// The node's file: what was observed, what follows from it, and the rows that may leave.
enum JournalSchema {
    /// For whoever finds the file damaged.
    static let remedy = """
        Stop the service, put journal.sqlite and the files beside it that begin with its name aside, and put the last \
        copy of the state folder in their place. Without a copy start with none: the district still has the counts, the \
        registry has to be imported again. Either way the node begins a new life by itself.
        """

    static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 journal") { try $0.execute(sql: journal) }
        migrator.registerMigration("2 desks") { try $0.execute(sql: desks) }
        migrator.registerMigration("3 rows") { try $0.execute(sql: RowSchema.text) }
        migrator.registerMigration("4 receipts read") { try $0.execute(sql: receiptsRead) }
        migrator.registerMigration("5 household claims") { try $0.execute(sql: householdClaims) }
        migrator.registerMigration("6 invites") { try $0.execute(sql: InviteSchema.text) }
        // The first four desks came together, in 2 to 5; every other brings its own.
        for desk in Desks.all {
            for (edition, text) in desk.tables.enumerated() {
                migrator.registerMigration("\(desk.name) \(edition + 1)") { try $0.execute(sql: text) }
            }
        }
        return migrator
    }

    private static let journal = """
        -- What somebody stated, once and for ever. Append-only: merging two journals is set union.
        CREATE TABLE observation (
            id BLOB PRIMARY KEY CHECK (length(id) = 16),
            desk TEXT NOT NULL,
            -- What it is about: a door, a building, a task.
            subject TEXT NOT NULL,
            -- Which fact of the subject, such as visit/2022-04-06-survey.
            field TEXT NOT NULL,
            -- JSON with sorted keys, so that equal statements are equal bytes.
            value TEXT NOT NULL,
            recorder TEXT NOT NULL,
            device TEXT NOT NULL,
            -- Seconds since 1970 by the recorder's device, as it said.
            observed_at INTEGER NOT NULL,
            -- The same, clamped by this node when it first journaled the record: milliseconds << 16 | counter.
            hlc INTEGER NOT NULL,
            evidence INTEGER NOT NULL,
            -- Seconds since 1970 by this node's clock.
            journaled_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX observation_fact ON observation(subject, field);

        -- Which statements a later one takes back. May name one that hasn't arrived yet.
        CREATE TABLE supersession (
            superseded BLOB NOT NULL CHECK (length(superseded) = 16),
            by BLOB NOT NULL CHECK (length(by) = 16),
            PRIMARY KEY (superseded, by)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX supersession_by ON supersession(by);

        -- Two statements that disagree, neither taking the other back: a person settles it with a third.
        CREATE TABLE conflict (
            subject TEXT NOT NULL,
            field TEXT NOT NULL,
            kind TEXT NOT NULL,
            -- What is said, for the person who settles it; JSON.
            detail TEXT NOT NULL,
            opened_at INTEGER NOT NULL,
            PRIMARY KEY (subject, field)
        ) STRICT, WITHOUT ROWID;

        -- The highest hybrid clock value given to each recorder on each device.
        CREATE TABLE clock (
            recorder TEXT NOT NULL,
            device TEXT NOT NULL,
            hlc INTEGER NOT NULL,
            PRIMARY KEY (recorder, device)
        ) STRICT, WITHOUT ROWID;
        """

    private static let desks = """
        -- Registry desk. A building and how its doors are numbered.
        CREATE TABLE building (
            code TEXT PRIMARY KEY,
            label TEXT NOT NULL,
            stair_units INTEGER NOT NULL CHECK (stair_units > 0),
            floors INTEGER NOT NULL CHECK (floors > 0),
            doors_per_floor INTEGER NOT NULL CHECK (doors_per_floor > 0)
        ) STRICT, WITHOUT ROWID;

        -- Registry desk. A door that anything speaks for, and what speaks for it. Never deleted, since a visit
        -- may name it; which doors there are is said by registered_door.
        CREATE TABLE door (
            code TEXT PRIMARY KEY,
            building TEXT NOT NULL,
            stair_unit TEXT NOT NULL,
            room TEXT NOT NULL,
            residents INTEGER NOT NULL CHECK (residents >= 0),
            state TEXT NOT NULL,
            -- The building's shape has this door.
            shaped INTEGER NOT NULL CHECK (shaped IN (0, 1)),
            -- A household record names it.
            stated INTEGER NOT NULL CHECK (stated IN (0, 1)),
            -- One of these came in a table of doors.
            listed INTEGER NOT NULL CHECK (listed IN (0, 1) AND listed <= stated)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX door_building ON door(building, listed);

        -- Survey desk. How a door stands in a campaign, folded from its visits.
        CREATE TABLE survey_door (
            campaign TEXT NOT NULL,
            door TEXT NOT NULL REFERENCES door(code),
            disposition TEXT NOT NULL,
            -- People in the order of PeopleClass, comma-separated; '' where nobody told.
            people TEXT NOT NULL,
            -- Calls at the door so far.
            passes INTEGER NOT NULL CHECK (passes > 0),
            observed_at INTEGER NOT NULL,
            -- The visit that stands, which a correction takes back.
            visit BLOB NOT NULL,
            PRIMARY KEY (campaign, door)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX survey_door_door ON survey_door(door);

        -- The doors there are, which every partition is over. A shape is a guess that a table of the building's
        -- doors replaces, whichever came first; a door that was visited stays, whatever the table says.
        CREATE VIEW registered_door AS
            SELECT code, building, stair_unit, room, residents, state FROM door
            WHERE stated
            OR (shaped AND NOT EXISTS (SELECT 1 FROM door AS other WHERE other.building = door.building AND other.listed = 1))
            OR EXISTS (SELECT 1 FROM survey_door WHERE survey_door.door = door.code);

        -- Campaigns known here: published by the parent, or opened by the first record of one.
        CREATE TABLE campaign (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            opens INTEGER,
            deadline INTEGER,
            closed INTEGER NOT NULL CHECK (closed IN (0, 1))
        ) STRICT, WITHOUT ROWID;

        -- Volunteer desk. How many a task needs.
        CREATE TABLE need (task TEXT PRIMARY KEY, required INTEGER NOT NULL CHECK (required >= 0)) STRICT, WITHOUT ROWID;

        -- Volunteer desk. Who answered the call; one person is counted once.
        CREATE TABLE fill (
            task TEXT NOT NULL,
            volunteer TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('filled', 'withdrawn')),
            PRIMARY KEY (task, volunteer)
        ) STRICT, WITHOUT ROWID;

        -- Volunteer desk. Who takes which building; the first who hasn't released it holds it.
        CREATE TABLE claim (
            task TEXT NOT NULL,
            building TEXT NOT NULL,
            volunteer TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('claimed', 'released', 'done')),
            -- When this person's claim was first made, for the order of reserves.
            since INTEGER NOT NULL,
            PRIMARY KEY (task, building, volunteer)
        ) STRICT, WITHOUT ROWID;
        """

    private static let receiptsRead = """
        -- Restore receipts that somebody here has read; the receipts themselves come with the registry document.
        CREATE TABLE receipt_read (
            -- 32 hexadecimal digits each, as in the document.
            deposed TEXT NOT NULL,
            heir TEXT NOT NULL,
            -- When the parent wrote it: a later one of the same two is another receipt.
            at INTEGER NOT NULL,
            reader TEXT NOT NULL,
            -- Seconds since 1970 by this node's clock.
            read_at INTEGER NOT NULL,
            PRIMARY KEY (deposed, heir, at)
        ) STRICT, WITHOUT ROWID;
        """

    private static let householdClaims = """
        -- Where the building stands; NULL where nobody said, '' where it has no address.
        ALTER TABLE building ADD COLUMN address TEXT;
        -- The door's own address; NULL: the building's with the door's number, '': none.
        ALTER TABLE door ADD COLUMN address TEXT;
        -- Under which households are claimed in this round; NULL without claims and once the round is closed.
        ALTER TABLE campaign ADD COLUMN claim_key BLOB CHECK (length(claim_key) = 16);

        -- What each door with an address is called in a round with a key. Gone with the key.
        CREATE TABLE household_claim (
            campaign TEXT NOT NULL,
            door TEXT NOT NULL REFERENCES door(code),
            -- 16 hexadecimal digits.
            token TEXT NOT NULL CHECK (length(token) = 16),
            PRIMARY KEY (campaign, door)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX household_claim_token ON household_claim(campaign, token);

        -- Tokens that the parent counts at another unit, as its registry document says. Gone with the key.
        CREATE TABLE not_yours (
            campaign TEXT NOT NULL,
            token TEXT NOT NULL,
            PRIMARY KEY (campaign, token)
        ) STRICT, WITHOUT ROWID;

        -- Doors that are left out of a round's counts because another unit counts them. Stays when the key is
        -- gone, so that a closed round's figures stand.
        CREATE TABLE counted_elsewhere (
            campaign TEXT NOT NULL,
            door TEXT NOT NULL REFERENCES door(code),
            PRIMARY KEY (campaign, door)
        ) STRICT, WITHOUT ROWID;

        -- An older program took the document without what is new in it: it is asked for once more.
        UPDATE position SET registry_digest = NULL;
        """
}
