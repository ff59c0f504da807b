import Federation
import GRDB

/// One process of a compound: its records, how they fold into state, and the rows of counts that follow.
///
/// Adding a desk is adding a folder and a line in `Desks.all`.
protocol Desk: Sendable {
    /// Name in the journal.
    var name: String { get }
    /// Datasets whose rows this desk derives.
    var datasets: [String] { get }

    /// What a record states, as (subject, field, value); nil if it belongs to another desk.
    ///
    /// - Throws: `IntakeError` where it names a door or building that isn't there.
    func statement(of record: Record, _ db: Database) throws -> Statement?

    /// Folds the live statements of one fact into the desk's tables.
    ///
    /// - Returns: the rows that may have changed.
    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> [RowKey]

    /// The counts of one row by indicator; nil if there is no such row (any more).
    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]?

    /// Every row of a period that opens, explicit zeros included.
    func keys(of period: Code, _ db: Database) throws -> [RowKey]
}

/// What a record says about the world.
struct Statement {
    var subject: String
    var field: String
    /// JSON with sorted keys.
    var value: String
    var evidence: Int = 0
}

enum Desks {
    static let all: [any Desk] = [RegistryDesk(), SurveyDesk(), VolunteerDesk(), HouseholdClaimDesk()]
    /// Subject of rows that concern the compound as a whole.
    static let compound = Code(literal: "-")
}
