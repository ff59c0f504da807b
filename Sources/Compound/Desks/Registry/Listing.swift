import Daemon
import Federation
import GRDB

/// What a table's lines are to the registry, counted.
struct Listing: Sendable, Equatable {
    /// Doors that the registry hasn't.
    var new = 0
    /// Doors that it has, of which the line says something else.
    var changed = 0
    /// Lines that say what the registry says already, or nothing but a door that it has.
    var unchanged = 0
    /// Lines that were left alone because a person has said something else since.
    var kept = 0
    /// The first of them, and of those that were chosen to count.
    var corrections: [Correction] = []

    static let listed = 100
    /// Corrections that the table differs from, whether or not somebody chose it to count.
    var standing: Int { kept + corrections.count(where: \.isOverruled) }
    /// Lines that are, or would be, written.
    var written: Int { new + changed }

    static func += (a: inout Listing, b: Listing) {
        a.new += b.new
        a.changed += b.changed
        a.unchanged += b.unchanged
        a.kept += b.kept
        a.corrections += b.corrections.prefix(max(0, listed - a.corrections.count))
    }
}

/// A line that says who lives behind its door.
struct ListedLine {
    var household: Record.Household
    /// Being listed says nothing new of its door.
    var isListedAnyway: Bool
    /// The registry hasn't the door.
    var isNew: Bool
}

extension CompoundStore {
    /// Records what a table says of doors; what stands already is not said again.
    func list(_ lines: [ListedLine], _ overruling: Overruling, apply: Bool) throws(IntakeError) -> Listing {
        var listing = Listing()
        var said: [(household: Record.Household, supersedes: [UInt128])] = []
        try looked { db in
            for line in lines { try CompoundStore.weigh(line, overruling, &listing, &said, db) }
        }
        if apply, !said.isEmpty { try write(said) }
        return listing
    }

    private static func weigh(
        _ line: ListedLine, _ overruling: Overruling, _ listing: inout Listing,
        _ said: inout [(household: Record.Household, supersedes: [UInt128])], _ db: Database
    ) throws {
        guard try !stands(line, db) else {
            listing.unchanged += 1
            return
        }
        var supersedes: [UInt128] = []
        if var correction = try Correction(of: line.household, db) {
            correction.isOverruled = overruling.takes(line.household.door.code)
            listing += Listing(kept: correction.isOverruled ? 0 : 1, corrections: [correction])
            guard correction.isOverruled else { return }
            // Whoever chose settles it: the two words are no dispute.
            supersedes = try Journal(db: db, now: 0).live(line.household.door.code.text, RegistryDesk.household)
                .filter(\.states).map(\.id)
        }
        if line.isNew { listing.new += 1 } else { listing.changed += 1 }
        said.append((line.household, supersedes))
    }

    private static func stands(_ line: ListedLine, _ db: Database) throws -> Bool {
        let household = line.household
        return try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT 1 FROM door WHERE code = ? AND stated AND (listed OR ?) AND residents = ? AND state = ?
                    AND coalesce(address, '') = coalesce(?, address, '')
                    """),
            arguments: [
                household.door.code.text, line.isListedAnyway, household.residents, household.state.rawValue,
                household.address,
            ]) != nil
    }

    private func write(_ said: [(household: Record.Household, supersedes: [UInt128])]) throws(IntakeError) {
        // The ids of one turn are neighbours in the journal's tree: a large table would else write a page for each.
        let batch = UInt128(UInt64.random(in: 1 ... .max)) << 64
        let ids = said.map { _ in batch | UInt128(UInt64.random(in: 0 ... .max)) }.sorted()
        let now = clock()
        let outcome = try record(
            zip(ids, said).map { id, line in
                let record = Record(
                    id: id, content: line.household, recorder: Correction.table, observedAt: now,
                    supersedes: line.supersedes)
                return (id: Hex.text(id), .success(record))
            })
        if let refusal = outcome.refused.first { throw refusal.error }
    }
}
