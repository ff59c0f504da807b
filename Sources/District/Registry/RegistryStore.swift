import Daemon
package import Federation
import Foundation
import GRDB
package import Wire

/// A division as the registry holds it.
package struct RegistryDivision: Sendable, Equatable {
    package var code: String
    package var name: String
    package var level: String
    /// Empty at the root.
    package var parent: String

    package init(code: String, name: String, level: String, parent: String) {
        self.code = code
        self.name = name
        self.level = level
        self.parent = parent
    }
}

/// A unit that is expected to report.
package struct RegistryUnit: Sendable, Equatable {
    package var code: Code
    package var name: String
    package var community: String
    package var expectedHouseholds: Int64?
    package var expectedResidents: Int64?
    package var dutyTelephone: String
    /// Percent of the expected number that may at most be due: the ceiling that bounds a silent unit.
    package var ceilingPercent: Int64
    /// The relay whose rows count for it; nil if its own do.
    package var home: Code?
    /// Whether it is counted on the day that is asked about.
    package var life = Life.counted

    package init(
        code: Code, name: String, community: String, expectedHouseholds: Int64?, expectedResidents: Int64?,
        dutyTelephone: String, ceilingPercent: Int64, home: Code? = nil
    ) {
        self.code = code
        self.name = name
        self.community = community
        self.expectedHouseholds = expectedHouseholds
        self.expectedResidents = expectedResidents
        self.dutyTelephone = dutyTelephone
        self.ceilingPercent = ceilingPercent
        self.home = home
    }

    var ceilingHouseholds: Int64? { expectedHouseholds.map(ceiling) }
    var ceilingResidents: Int64? { expectedResidents.map(ceiling) }
    private func ceiling(_ expected: Int64) -> Int64 { (expected * ceilingPercent + 99) / 100 }
}

package struct RegistryCampaign: Sendable, Equatable {
    package var code: Code
    package var name: String
    package var opens: Int64
    package var deadline: Int64
    package var order: String
    package var closed: Bool
    /// How far it should be by when, in the order of times.
    package var targets: [RoundTarget]
    /// Under which households are claimed; nil without claims and once the round is closed.
    package var claimKey: UInt128?
    /// Seconds since 1970 at which it was closed; nil while it is open.
    package var closedAt: Int64?

    package init(
        code: Code, name: String, opens: Int64, deadline: Int64, order: String, closed: Bool,
        targets: [RoundTarget] = [], claimKey: UInt128? = nil, closedAt: Int64? = nil
    ) {
        self.code = code
        self.name = name
        self.opens = opens
        self.deadline = deadline
        self.order = order
        self.closed = closed
        self.targets = targets
        self.claimKey = claimKey
        self.closedAt = closedAt
    }

    /// Whether two versions say the same to whoever goes by the round.
    func says(sameAs other: RegistryCampaign) -> Bool {
        (code, name, order, opens, deadline, closed)
            == (other.code, other.name, other.order, other.opens, other.deadline, other.closed)
            && targets == other.targets
    }
}

/// `registry.sqlite`: what no child holds. Small, backed up, never emptied together with the rows.
final class RegistryStore: Sendable {
    let database: DatabaseQueue

    init(_ path: String) throws {
        database = try SQLiteFile.open(
            path, migrations: RegistryStore.migrations,
            ifDamaged: "Stop the service and put a backup in its place with `jiayuan restore FILE`.")
    }

    static var migrations: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 registry") { try $0.execute(sql: schema) }
        migrator.registerMigration("2 receipts and calls") { try $0.execute(sql: DecisionSchema.receiptsAndCalls) }
        migrator.registerMigration("3 claims") { try $0.execute(sql: claims) }
        migrator.registerMigration("4 relays") { try $0.execute(sql: relaySchema) }
        migrator.registerMigration("5 editions") { try $0.execute(sql: editionSchema) }
        migrator.registerMigration("6 lineage") { try $0.execute(sql: lineageSchema) }
        migrator.registerMigration("7 read tokens") { try $0.execute(sql: readTokenSchema) }
        migrator.registerMigration("8 why counts were phoned in") { try $0.execute(sql: DecisionSchema.whyPhonedIn) }
        migrator.registerMigration("9 overlays") { try $0.execute(sql: overlaySchema) }
        migrator.registerMigration("10 work list") { try $0.execute(sql: WorkSchema.tables) }
        migrator.registerMigration("11 releases") { try $0.execute(sql: releaseSchema) }
        migrator.registerMigration("12 directives") { try $0.execute(sql: directiveSchema) }
        migrator.registerMigration("13 rounds that are over") { try $0.execute(sql: closedSchema) }
        migrator.registerMigration("14 rules by which figures are read") { try $0.execute(sql: countingSchema) }
        migrator.registerMigration("15 targets by the clock") { try $0.execute(sql: targetSchema) }
        return migrator
    }

    private static let schema = """
        -- Who this aggregator is to its children: random, minted once, kept through every restore.
        CREATE TABLE identity (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            incarnation BLOB NOT NULL CHECK (length(incarnation) = 16)
        ) STRICT;

        -- The official code tree with its edition.
        CREATE TABLE division (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            level TEXT NOT NULL,
            -- '' at the root.
            parent TEXT NOT NULL,
            edition TEXT NOT NULL,
            -- ISO days; '' where no end is known.
            valid_from TEXT NOT NULL,
            valid_until TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX division_parent ON division(parent);

        -- Units that are expected to report, connected or not.
        CREATE TABLE unit (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            community TEXT NOT NULL REFERENCES division(code),
            -- NULL where nobody knows: then there is no bound while the unit is silent.
            expected_households INTEGER CHECK (expected_households >= 0),
            expected_residents INTEGER CHECK (expected_residents >= 0),
            ceiling_percent INTEGER NOT NULL CHECK (ceiling_percent >= 100),
            duty_telephone TEXT NOT NULL,
            -- SHA-256 of the unit's token; the token itself is only on the slip.
            token_hash BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32)
        ) STRICT, WITHOUT ROWID;

        -- Rounds that every unit owes.
        CREATE TABLE campaign (
            code TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            opens INTEGER NOT NULL,
            deadline INTEGER NOT NULL CHECK (deadline >= opens),
            order_number TEXT NOT NULL,
            closed INTEGER NOT NULL CHECK (closed IN (0, 1))
        ) STRICT, WITHOUT ROWID;

        -- What officers decided, with reason and name; never deleted.
        CREATE TABLE decision (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            unit TEXT NOT NULL,
            action TEXT NOT NULL,
            reason TEXT NOT NULL,
            officer TEXT NOT NULL
        ) STRICT;
        """

    private static let claims = """
        -- Under which households are claimed in this round; NULL without claims and once the round is closed.
        ALTER TABLE campaign ADD COLUMN claim_key BLOB CHECK (length(claim_key) = 16);

        -- Whose a household is by an officer's word. Gone with the key; that it was decided stays in decision.
        CREATE TABLE claim_decision (
            campaign TEXT NOT NULL,
            -- 16 hexadecimal digits.
            token TEXT NOT NULL CHECK (length(token) = 16),
            unit TEXT NOT NULL REFERENCES unit(code),
            PRIMARY KEY (campaign, token)
        ) STRICT, WITHOUT ROWID;

        -- What was not settled at a unit when a round was closed: its bounds stay that much wider for ever.
        CREATE TABLE unsettled_claim (
            campaign TEXT NOT NULL,
            unit TEXT NOT NULL REFERENCES unit(code),
            surplus INTEGER NOT NULL CHECK (surplus >= 0),
            deficit INTEGER NOT NULL CHECK (deficit >= 0),
            PRIMARY KEY (campaign, unit)
        ) STRICT, WITHOUT ROWID;
        """

    /// The identity, minted at the first call.
    func identity() throws -> Incarnation {
        try database.write { db in
            if let data = try Data.fetchOne(db, sql: "SELECT incarnation FROM identity") {
                return Incarnation(value: Blob.uint128(Array(data)))
            }
            var generator = SystemRandomNumberGenerator()
            let fresh = Incarnation.random(using: &generator)
            try db.execute(sql: "INSERT INTO identity VALUES (1, ?)", arguments: [Blob.of(fresh.value)])
            return fresh
        }
    }

    // MARK: Units and campaigns

    /// Adds a unit with its token, or updates one that is there and leaves its token alone.
    ///
    /// - Parameters:
    ///   - unit: where it names no home, the one that is known stays.
    ///   - tokenHash: nil only for a unit that is there.
    func put(_ unit: RegistryUnit, tokenHash: [UInt8]?) throws {
        try database.write { try RegistryStore.put(unit, tokenHash: tokenHash, $0) }
    }

    static func put(_ unit: RegistryUnit, tokenHash: [UInt8]?, _ db: Database) throws {
        if let tokenHash {
            try db.execute(
                sql: """
                    INSERT INTO unit (code, name, community, expected_households, expected_residents, ceiling_percent,
                    duty_telephone, token_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (code) DO UPDATE SET token_hash = excluded.token_hash
                    """,
                arguments: [
                    unit.code.text, unit.name, unit.community, unit.expectedHouseholds, unit.expectedResidents,
                    unit.ceilingPercent, unit.dutyTelephone, Blob.of(tokenHash),
                ])
        }
        try db.execute(
            sql: """
                UPDATE unit SET name = ?, expected_households = ?, expected_residents = ?, ceiling_percent = ?,
                duty_telephone = ?, home = coalesce(?, home) WHERE code = ?
                """,
            arguments: [
                unit.name, unit.expectedHouseholds, unit.expectedResidents, unit.ceilingPercent, unit.dutyTelephone,
                unit.home?.text, unit.code.text,
            ])
    }

    func units() throws -> [RegistryUnit] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM unit ORDER BY code").compactMap { row in
                Code(row["code"] as String).map {
                    RegistryUnit(
                        code: $0, name: row["name"], community: row["community"],
                        expectedHouseholds: row["expected_households"], expectedResidents: row["expected_residents"],
                        dutyTelephone: row["duty_telephone"], ceilingPercent: row["ceiling_percent"],
                        home: (row["home"] as String?).flatMap { Code($0) })
                }
            }
        }
    }

    /// SHA-256 of each unit's and each relay's token.
    func tokens() throws -> [[UInt8]: Code] {
        try database.read { db in
            var tokens: [[UInt8]: Code] = [:]
            for row in try Row.fetchAll(
                db, sql: "SELECT code, token_hash FROM unit UNION ALL SELECT code, token_hash FROM relay")
            {
                if let code = Code(row["code"] as String) { tokens[Array(row["token_hash"] as Data)] = code }
            }
            return tokens
        }
    }

    func put(_ campaign: RegistryCampaign) throws { try database.write { try RegistryStore.put(campaign, $0) } }

    static func put(_ campaign: RegistryCampaign, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO campaign (code, name, opens, deadline, order_number, closed, targets, claim_key,
                closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                campaign.code.text, campaign.name, campaign.opens, campaign.deadline, campaign.order,
                campaign.closed, RoundTarget.kept(campaign.targets), campaign.claimKey.map { Blob.of($0) },
                campaign.closedAt,
            ])
    }

    func campaigns() throws -> [RegistryCampaign] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM campaign ORDER BY opens, code").compactMap { row in
                Code(row["code"] as String).map {
                    RegistryCampaign(
                        code: $0, name: row["name"], opens: row["opens"], deadline: row["deadline"],
                        order: row["order_number"], closed: row["closed"],
                        targets: RoundTarget.targets(kept: row["targets"]),
                        claimKey: Blob.bytes(row["claim_key"]).map { Blob.uint128($0) }, closedAt: row["closed_at"])
                }
            }
        }
    }

    func backup(to path: String) throws { try SQLiteFile.backup(database, to: path) }
}

extension RegistryContent {
    /// The units, and of the division tree in force on a day what stands above them.
    init(_ registry: RegistryStore, on day: String) throws {
        let units = try registry.units()
        let relays = try registry.relays()
        let lineage = try registry.lineage()
        let leaves = units.map(\.community) + relays.map(\.division) + lineage.changes.compactMap(\.community)
        func divisions(on day: String) throws -> [String: RegistryDivision] {
            var divisions: [String: RegistryDivision] = [:]
            for code in leaves where divisions[code] == nil {
                for division in try registry.path(to: code, on: day) { divisions[division.code] = division }
            }
            return divisions
        }
        let campaigns = try registry.campaigns()
        self.init(
            units: units, relays: relays, divisions: try divisions(on: day), campaigns: campaigns,
            edition: try registry.edition(on: day), tokens: try registry.tokens(), book: try registry.book())
        self.day = day
        self.lineage = lineage
        directives = try registry.directives()
        for past in Set(campaigns.compactMap(\.closedAt).map(Day.of)) where try registry.edition(on: past) != edition {
            formerDivisions[past] = try divisions(on: past)
            formerEditions[past] = try registry.edition(on: past)
        }
        claimDecisions = try registry.claimDecisions()
        unsettledClaims = try registry.unsettledClaims()
        readTokens = try registry.readTokens()
        overlays = try registry.overlays()
    }
}
