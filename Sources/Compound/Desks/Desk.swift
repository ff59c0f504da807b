import Daemon
import Federation
import GRDB

/// One process of a compound: its records, how they fold into state, the rows of counts that follow, its pages.
///
/// A desk is a folder, declared once by a type like `FeedbackDesk` and registered by its line in `Desks.all`;
/// `README.md` beside this folder shows how to add one.
protocol Desk: Sendable {
    /// Name in the journal, in the addresses of its forms and in the keys of its words.
    var name: String { get }
    /// Datasets whose rows this desk derives.
    var datasets: [String] { get }
    /// What can be recorded at it.
    var kinds: [any RecordContent.Type] { get }
    /// Its tables: a text of SQL for each edition of the program that changed them, the oldest first, never edited. They follow
    /// from the journal and are folded anew when a node is verified, but for those that `FoldedTable.kept` names.
    var tables: [String] { get }
    /// The first steps of the addresses of its pages; the tab leads to the first. Empty for a desk without pages.
    var places: [String] { get }

    /// Whether no record is judged by this desk's tables, so that the facts of one transaction are folded at its end, each once.
    var foldsLast: Bool { get }

    /// Folds the live statements of one fact into the desk's tables.
    ///
    /// - Returns: the rows that may have changed. A desk whose rows hold many facts may say by how much each differs, so that
    ///   it needn't be counted anew with every record.
    func fold(_ subject: String, _ field: String, _ journal: Journal) throws -> ChangedRows

    /// The counts of one row by indicator; nil if there is no such row (any more).
    func counts(of key: RowKey, _ db: Database) throws -> [String: Int64]?

    /// Every row of a period that opens, explicit zeros included.
    func keys(of period: Code, _ db: Database) throws -> [RowKey]

    /// Its pages, and the forms that aren't simply a record of one kind.
    func routes(_ pages: NodePages) -> [Route]

    /// What it tells scripts, below `/api/v1/`.
    func documents(_ api: CompoundAPI) -> [Route]
}

extension Desk {
    var kinds: [any RecordContent.Type] { [] }
    var tables: [String] { [] }
    var places: [String] { [] }
    var foldsLast: Bool { false }
    func routes(_ pages: NodePages) -> [Route] { [] }
    func documents(_ api: CompoundAPI) -> [Route] { [] }
}

enum Desks {
    static let all: [any Desk] = [
        RegistryDesk(),
        SurveyDesk(),
        VolunteerDesk(),
        HelpDesk(),
        HouseholdClaimDesk(),
        FeedbackDesk(),
        DirectiveDesk(),
        RoundDesk(),
    ]
    /// Subject of rows that concern the compound as a whole.
    static let compound = Code(literal: "-")

    private static let takers: [String: (desk: any Desk, type: any RecordContent.Type)] = Dictionary(
        uniqueKeysWithValues: all.flatMap { desk in desk.kinds.map { ($0.kind, (desk, $0)) } })

    static func kind(_ name: String) -> (any RecordContent.Type)? { takers[name]?.type }

    /// The desk that takes records of this kind; its name stands in the journal.
    static func taker(of content: Record.Content) -> (any Desk)? { takers[type(of: content).kind]?.desk }

    static func named(_ name: String) -> (any Desk)? { all.first { $0.name == name } }
}
