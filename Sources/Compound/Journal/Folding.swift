import Federation
import Sync

/// The facts that the records of one transaction touch, each folded before a record is judged by what follows from it: at
/// once, or once at the end where no record is.
struct Folding {
    private let journal: Journal
    private var rows: ChangedRows = []
    private var waiting: Set<Observation.Fact> = []

    init(_ journal: Journal) { self.journal = journal }

    /// Rows that change with no fact.
    mutating func changed(_ rows: Set<RowKey>) { self.rows.formUnion(anew: rows) }

    mutating func touch(_ facts: Set<Observation.Fact>) throws {
        waiting.formUnion(facts)
        // A building that loses doors keeps those that were called at: what waits goes before.
        if facts.contains(where: { Desks.named($0.desk)?.foldsLast == false }) { try fold() }
    }

    /// - Returns: the rows that may have changed.
    mutating func finish() throws -> ChangedRows {
        try fold()
        return rows
    }

    mutating func fold() throws {
        for fact in waiting.sorted() {
            guard let desk = Desks.named(fact.desk) else { continue }
            rows.formUnion(try desk.fold(fact.subject, fact.field, journal))
        }
        waiting = []
    }
}

extension Observation.Fact: Comparable {
    static func < (a: Self, b: Self) -> Bool { (a.desk, a.subject, a.field) < (b.desk, b.subject, b.field) }
}
