import Federation
import GRDB

/// Which households this compound counts, by token, so that one that another compound has too is counted once.
/// It has no records of its own: claims follow from the registry's addresses.
struct HouseholdClaimDesk: Desk {
    let name = "household_claims"
    let datasets = ["claim"]
    static let dataset = Code(literal: "claim")

    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows { [] }

    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) AS claimed, count(counted_elsewhere.door) AS elsewhere FROM household_claim
                    LEFT JOIN counted_elsewhere USING (campaign, door) WHERE campaign = ? AND token = ?
                    """), arguments: [key.period.text, key.subject.text])
        guard let row, let claimed = row["claimed"] as Int64?, claimed > 0 else { return nil }
        return ["claimed": claimed, "counted": claimed - (row["elsewhere"] as Int64)]
    }

    /// A round that opens without a key has no claims; one that brings a key is read by `HouseholdClaims.adopt`.
    func keys(of period: Code, _ db: Database) throws -> [RowKey] { [] }

    static func key(_ campaign: String, _ token: String) -> RowKey? {
        guard let campaign = Code(campaign), let token = Code(token) else { return nil }
        return RowKey(dataset: dataset, period: campaign, subject: token)
    }
}
