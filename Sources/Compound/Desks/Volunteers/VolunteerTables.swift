extension VolunteerDesk {
    /// The first tables of this desk came with those of its neighbours, in `JournalSchema`.
    static let editions = [
        """
        -- Volunteer desk. How many a task needs in each role.
        CREATE TABLE need_by_role (
            task TEXT NOT NULL,
            role TEXT NOT NULL,
            required INTEGER NOT NULL CHECK (required >= 0),
            PRIMARY KEY (task, role)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO need_by_role SELECT task, 'general', required FROM need;
        DROP TABLE need;
        ALTER TABLE need_by_role RENAME TO need;

        -- Volunteer desk. Who answered the call, in which role; one person may fill several.
        CREATE TABLE fill_by_role (
            task TEXT NOT NULL,
            volunteer TEXT NOT NULL,
            role TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('filled', 'withdrawn')),
            PRIMARY KEY (task, volunteer, role)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO fill_by_role SELECT task, volunteer, 'general', state FROM fill;
        DROP TABLE fill;
        ALTER TABLE fill_by_role RENAME TO fill;

        -- Volunteer desk. Who takes which building in which role; the first who hasn't released it and came holds it.
        CREATE TABLE claim_by_role (
            task TEXT NOT NULL,
            building TEXT NOT NULL,
            volunteer TEXT NOT NULL,
            role TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('claimed', 'released', 'done')),
            -- Hybrid time of this person's first claim since the last release, for the order of reserves; of the
            -- release where the claim is released.
            since INTEGER NOT NULL,
            -- Hybrid time of the claim that was released, or `since`: who was before whom.
            held INTEGER NOT NULL,
            -- Since when he is there, seconds since 1970; NULL where nobody said.
            present_from INTEGER,
            PRIMARY KEY (task, building, volunteer, role)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO claim_by_role SELECT task, building, volunteer, 'general', state, since, since, NULL FROM claim;
        DROP TABLE claim;
        ALTER TABLE claim_by_role RENAME TO claim;
        CREATE INDEX claim_volunteer ON claim(task, volunteer);

        -- Volunteer desk. Who came, who didn't, and for how long; see AttendanceReading.
        CREATE TABLE attendance (
            task TEXT NOT NULL,
            volunteer TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('present', 'absent', 'left')),
            -- Seconds since 1970 of the first coming and the last leaving; NULL where unknown or not yet.
            began INTEGER,
            ended INTEGER,
            -- Of the shifts that have ended.
            seconds INTEGER NOT NULL CHECK (seconds >= 0),
            -- When the shift began that goes on; NULL for none, and where that isn't known.
            open_since INTEGER,
            -- He was there, but a beginning or an end isn't known.
            unclear INTEGER NOT NULL CHECK (unclear IN (0, 1)),
            -- Hybrid time of the word that he came after all; 0 where nobody had missed him.
            came INTEGER NOT NULL,
            PRIMARY KEY (task, volunteer)
        ) STRICT, WITHOUT ROWID;

        -- Volunteer desk. What somebody must not be given to do. Never leaves the node, the reason least of all.
        CREATE TABLE duty_restriction (
            volunteer TEXT NOT NULL,
            role TEXT NOT NULL,
            reason TEXT NOT NULL,
            -- Seconds since 1970 at which it ends; NULL for none.
            until INTEGER,
            PRIMARY KEY (volunteer, role)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        -- Volunteer desk. Whom a claimant shares the building with, as he signed up; NULL where nobody said.
        ALTER TABLE claim ADD COLUMN shared_with TEXT;
        """,
    ]
}
