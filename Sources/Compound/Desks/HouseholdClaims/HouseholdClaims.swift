import Federation
import GRDB
import Sync
import Wire

/// Keeps what this compound claims in step with its doors and with what the parent says of them; every step names
/// the rows that may have changed.
struct HouseholdClaims {
    let db: Database

    /// Whether another unit counts a registered door in the round that is the parameter.
    static let isElsewhere = """
        (registered_door.code IN (SELECT door FROM counted_elsewhere WHERE campaign = ?))
        """

    // MARK: Doors

    /// After doors or addresses of these buildings may have changed.
    func refresh(_ buildings: [Code]) throws -> Set<RowKey> {
        guard !buildings.isEmpty else { return [] }
        return try keys().sorted { $0.key < $1.key }.reduce(into: []) { changed, campaign in
            for building in buildings { changed.formUnion(try refresh(building, campaign.key, campaign.value)) }
        }
    }

    private func refresh(_ building: Code, _ campaign: String, _ key: UInt128) throws -> Set<RowKey> {
        let wanted = try tokens(building, key)
        let held = try table("SELECT door, token FROM household_claim", building, campaign)
        var changed: Set<RowKey> = []
        for door in Set(wanted.keys).union(held.keys).sorted() where wanted[door] != held[door] {
            try db.cachedStatement(sql: "DELETE FROM household_claim WHERE campaign = ? AND door = ?")
                .execute(arguments: [campaign, door])
            if let token = wanted[door] {
                try db.cachedStatement(sql: "INSERT INTO household_claim VALUES (?, ?, ?)")
                    .execute(arguments: [campaign, door, token])
            }
            changed.formUnion([wanted[door], held[door]].compactMap { $0 }.compactMap { row(campaign, $0) })
        }
        return try changed.union(settle(building, campaign))
    }

    /// The token of each door of the building that has an address.
    private func tokens(_ building: Code, _ key: UInt128) throws -> [String: String] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT registered_door.code, registered_door.stair_unit, registered_door.room, door.address AS own,
                    building.address AS shared FROM registered_door JOIN door ON door.code = registered_door.code
                    LEFT JOIN building ON building.code = registered_door.building WHERE registered_door.building = ?
                    """), arguments: [building.text])
        return rows.reduce(into: [:]) { tokens, row in
            let address = HouseholdClaims.address(row)
            tokens[row["code"]] = address.flatMap { ClaimToken.of($0, key: key)?.text }
        }
    }

    /// - Parameter row: has a door's `own` address, its building's (`shared`), `stair_unit` and `room`.
    static func address(_ row: Row) -> String? {
        if let own = row["own"] as String? { return own.isEmpty ? nil : own }
        guard let shared = row["shared"] as String?, !ClaimToken.canonical(shared).isEmpty else { return nil }
        return ClaimToken.address(building: shared, stairUnit: row["stair_unit"], room: row["room"])
    }

    // MARK: What the parent says

    /// Takes keys and verdicts from a registry document.
    ///
    /// - Returns: whether a key ended, and with it what was made from it.
    func adopt(_ registry: RegistryDocument, into changed: inout Set<RowKey>) throws -> Bool {
        let before = try keys()
        try db.execute(sql: "UPDATE campaign SET claim_key = NULL WHERE claim_key IS NOT NULL")
        for campaign in registry.campaigns where !campaign.closed {
            guard let key = campaign.claimKey.flatMap({ Hex.uint128($0) }) else { continue }
            try db.execute(
                sql: "UPDATE campaign SET claim_key = ? WHERE code = ?", arguments: [Bytes.of(key), campaign.code])
        }
        let after = try keys()
        for campaign in before.keys.sorted() where after[campaign] == nil { try end(campaign, &changed) }
        for (campaign, key) in after.sorted(by: { $0.key < $1.key }) {
            let touched = try replaceVerdicts(campaign, Set(registry.notYours?[campaign] ?? []))
            let isNew = before[campaign] != key
            for building in isNew ? try RegistryDesk.buildings(db) : touched {
                changed.formUnion(
                    try isNew ? refresh(building, campaign, key) : settle(building, campaign))
            }
        }
        return before.keys.contains { after[$0] == nil }
    }

    /// The round is over: its tokens go, what was settled stays.
    private func end(_ campaign: String, _ changed: inout Set<RowKey>) throws {
        let tokens = try String.fetchAll(
            db, sql: "SELECT DISTINCT token FROM household_claim WHERE campaign = ?", arguments: [campaign])
        changed.formUnion(tokens.compactMap { row(campaign, $0) })
        try db.execute(sql: "DELETE FROM household_claim WHERE campaign = ?", arguments: [campaign])
        try db.execute(sql: "DELETE FROM not_yours WHERE campaign = ?", arguments: [campaign])
    }

    /// - Returns: the buildings with a door whose verdict changed.
    private func replaceVerdicts(_ campaign: String, _ verdicts: Set<String>) throws -> [Code] {
        let held = Set(
            try String.fetchAll(db, sql: "SELECT token FROM not_yours WHERE campaign = ?", arguments: [campaign]))
        var buildings: Set<Code> = []
        for token in held.symmetricDifference(verdicts).sorted() {
            try db.cachedStatement(
                sql: verdicts.contains(token)
                    ? "INSERT INTO not_yours VALUES (?, ?)" : "DELETE FROM not_yours WHERE campaign = ? AND token = ?"
            ).execute(arguments: [campaign, token])
            let doors = try String.fetchAll(
                db.cachedStatement(sql: "SELECT door FROM household_claim WHERE campaign = ? AND token = ?"),
                arguments: [campaign, token])
            buildings.formUnion(doors.compactMap { Door($0)?.building })
        }
        return buildings.sorted()
    }

    /// Leaves out the doors that another unit counts, and takes back those that it no longer does.
    private func settle(_ building: Code, _ campaign: String) throws -> Set<RowKey> {
        let wanted = try table(
            "SELECT door, token FROM household_claim JOIN not_yours USING (campaign, token)", building, campaign)
        let held = try table("SELECT door, '' AS token FROM counted_elsewhere", building, campaign)
        var changed: Set<RowKey> = []
        for door in Set(wanted.keys).symmetricDifference(held.keys).sorted() {
            try db.cachedStatement(
                sql: wanted[door] != nil
                    ? "INSERT INTO counted_elsewhere VALUES (?, ?)"
                    : "DELETE FROM counted_elsewhere WHERE campaign = ? AND door = ?"
            ).execute(arguments: [campaign, door])
            let tokens = try String.fetchAll(
                db.cachedStatement(sql: "SELECT token FROM household_claim WHERE campaign = ? AND door = ?"),
                arguments: [campaign, door])
            changed.formUnion(tokens.compactMap { row(campaign, $0) })
            changed.formUnion(HouseholdClaims.rows(of: building, campaign))
        }
        return changed
    }

    // MARK: Rows

    /// The rows that count doors of a building.
    private static func rows(of building: Code, _ campaign: String) -> [RowKey] {
        let frame = RowKey(dataset: RegistryDesk.dataset, period: RegistryDesk.now, subject: building)
        guard let campaign = Code(campaign) else { return [frame] }
        return [frame, RowKey(dataset: SurveyDesk.dataset, period: campaign, subject: building)]
    }

    /// The round whose verdicts the standing frame follows: the latest open one, by the registry alone, since no
    /// clock may change a count.
    func frameRound() throws -> String? {
        try String.fetchOne(db, sql: "SELECT code FROM campaign ORDER BY closed, opens DESC, code DESC LIMIT 1")
    }

    /// The frame's rows where some door is counted elsewhere.
    func frames() throws -> [RowKey] {
        try String.fetchAll(
            db, sql: "SELECT DISTINCT building FROM counted_elsewhere JOIN door ON door.code = counted_elsewhere.door"
        ).compactMap { Code($0) }.map {
            RowKey(dataset: RegistryDesk.dataset, period: RegistryDesk.now, subject: $0)
        }
    }

    private func row(_ campaign: String, _ token: String) -> RowKey? { HouseholdClaimDesk.key(campaign, token) }

    /// Rounds in which households are claimed.
    private func keys() throws -> [String: UInt128] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT code, claim_key FROM campaign WHERE claim_key IS NOT NULL")
        ).reduce(into: [:]) { $0[$1["code"]] = Bytes.uint128($1["claim_key"]) }
    }

    /// Token by door, over the building's doors.
    private func table(_ select: String, _ building: Code, _ campaign: String) throws -> [String: String] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: select + " WHERE campaign = ? AND door IN (SELECT code FROM door WHERE building = ?)"),
            arguments: [campaign, building.text]
        ).reduce(into: [:]) { $0[$1["door"]] = $1["token"] }
    }
}
