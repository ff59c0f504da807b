import Daemon
import Federation
import GRDB

/// The registry's part of claims: keys, decisions, and what stayed open.
extension RegistryStore {
    /// Publishes a round: a new one gets a key unless it goes without claims, a closed one loses it, and with it
    /// everything that was made from it.
    ///
    /// - Parameters:
    ///   - at: seconds since 1970.
    ///   - draw: a fresh random key.
    ///   - open: what is not settled at each unit, should the round be closed now.
    func publish(
        _ campaign: RegistryCampaign, withClaims: Bool, at: Int64, draw: () -> UInt128, open: [Code: OpenClaims]
    ) throws {
        let known = try campaigns().first { $0.code == campaign.code }
        var campaign = campaign
        campaign.closedAt = campaign.closed ? known?.closedAt ?? at : nil
        campaign.claimKey = campaign.closed || !withClaims ? nil : known?.claimKey ?? draw()
        guard known?.claimKey != nil, campaign.claimKey == nil else { return try put(campaign) }
        try end(campaign, open: open)
    }

    private func end(_ campaign: RegistryCampaign, open: [Code: OpenClaims]) throws {
        // What is deleted is overwritten, also in the log of pages.
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA secure_delete=ON") }
        try database.write { db in
            try RegistryStore.put(campaign, db)
            let round: StatementArguments = [campaign.code.text]
            try db.execute(sql: "DELETE FROM claim_decision WHERE campaign = ?", arguments: round)
            try db.execute(sql: "DELETE FROM unsettled_claim WHERE campaign = ?", arguments: round)
            try WorkSchema.forgetClaims(of: campaign.code, db)
            for (unit, state) in open.sorted(by: { $0.key < $1.key }) {
                try db.execute(
                    sql: "INSERT INTO unsettled_claim VALUES (?, ?, ?, ?)",
                    arguments: [campaign.code.text, unit.text, state.surplus, state.deficit])
            }
        }
        try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }

    /// An officer's word; the last one counts. What stays on record names no token, which ends with the round.
    func decide(_ token: UInt64, in campaign: Code, unit: Code, at: Int64, reason: String, officer: String) throws {
        try database.write { db in
            try RegistryStore.note("household \(campaign)", of: unit, at: at, reason: reason, officer: officer, db)
            try db.execute(
                sql: "INSERT OR REPLACE INTO claim_decision VALUES (?, ?, ?)",
                arguments: [campaign.text, Hex.text(token), unit.text])
        }
    }

    func claimDecisions() throws -> [Code: [UInt64: Code]] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM claim_decision").reduce(into: [:]) { decisions, row in
                guard let campaign = Code(row["campaign"] as String), let unit = Code(row["unit"] as String),
                    let token = Hex.uint64(row["token"] as String)
                else { return }
                decisions[campaign, default: [:]][token] = unit
            }
        }
    }

    func unsettledClaims() throws -> [Code: [Code: OpenClaims]] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM unsettled_claim").reduce(into: [:]) { unsettled, row in
                guard let campaign = Code(row["campaign"] as String), let unit = Code(row["unit"] as String) else {
                    return
                }
                unsettled[campaign, default: [:]][unit] = OpenClaims(surplus: row["surplus"], deficit: row["deficit"])
            }
        }
    }
}
