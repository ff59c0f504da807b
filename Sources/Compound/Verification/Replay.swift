import Daemon
import Federation
import Foundation
import GRDB
import Sync

/// Everything that follows from the journal, made anew from it alone and compared with what stood. It writes the desks'
/// tables and the rows of the file that it works on: a copy, or the journal itself where somebody has asked for that.
struct Replay {
    let db: Database
    /// Seconds since 1970.
    let now: Int64
    let catalogues: Catalogues
    private(set) var found: [Discrepancy] = []

    init(_ db: Database, now: Int64, catalogues: Catalogues) {
        (self.db, self.now, self.catalogues) = (db, now, catalogues)
    }

    /// Within the transaction of the caller.
    ///
    /// - Returns: how many rows changed; their numbers follow each other.
    mutating func run() throws -> UInt64 {
        try strangers()
        let before = try verifiedPosition()
        // A visit may be folded before its door is back; all of them are when the transaction ends.
        try db.execute(sql: "PRAGMA defer_foreign_keys=ON")
        for table in FoldedTable.all.reversed() { try table.setAside(db) }
        let keys = try fold()
        for table in FoldedTable.all { try table.takeBack(db) }
        for table in FoldedTable.all { found += try table.discrepancies(db) }
        for table in FoldedTable.all { try table.forget(db) }
        let changed = try before.map { try derive(keys, from: $0) } ?? 0
        found += try Figures.read(db, catalogues).flatMap(MustHold.broken).map(\.discrepancy)
        return changed
    }

    private mutating func strangers() throws {
        let known = Set(Desks.all.map(\.name))
        for row in try Row.fetchAll(db, sql: "SELECT desk, count(*) AS records FROM observation GROUP BY desk")
        where !known.contains(row["desk"]) {
            found.append(Discrepancy(place: .desk(row["desk"]), stands: "\(row["records"] as Int)", follows: nil))
        }
    }

    // MARK: Tables

    /// - Returns: the rows that any fact may touch.
    private func fold() throws -> Set<RowKey> {
        let journal = Journal(db: db, now: now)
        var keys: Set<RowKey> = []
        for desk in Desks.all {
            let facts = try Row.fetchCursor(
                db,
                sql: "SELECT DISTINCT subject, field FROM observation WHERE desk = ? ORDER BY subject, field",
                arguments: [desk.name])
            while let fact = try facts.next() {
                keys.formUnion(try desk.fold(fact["subject"], fact["field"], journal).all)
            }
        }
        for campaign in try String.fetchAll(db, sql: "SELECT code FROM campaign ORDER BY code").compactMap({ Code($0) })
        {
            keys.formUnion(try Desks.all.flatMap { try $0.keys(of: campaign, db) })
        }
        return keys.union(try HouseholdClaims(db: db).refresh(RegistryDesk.buildings(db)))
    }

    // MARK: Rows

    /// Where this node stands, its digest and number being those of its rows; nil before the first start.
    private mutating func verifiedPosition() throws -> RowTable.Standing? {
        guard var standing = try PositionRow.read(db).standing else { return nil }
        let digest = try RowTable(db: db, now: now).recomputedDigest(in: standing.incarnation)
        if digest != standing.position.digest {
            found.append(
                Discrepancy(place: .digest, stands: "\(standing.position.digest)", follows: "\(digest)"))
        }
        if let last = try Int64.fetchOne(db, sql: "SELECT max(seq) FROM row"), last > standing.position.seq {
            found.append(Discrepancy(place: .seq, stands: "\(standing.position.seq)", follows: "\(last)"))
            standing.position.seq = UInt64(last)
        }
        return standing
    }

    private mutating func derive(_ keys: Set<RowKey>, from before: RowTable.Standing) throws -> UInt64 {
        var standing = before
        let table = RowTable(db: db, now: now)
        try db.execute(sql: "CREATE TEMP TABLE stood_row AS SELECT * FROM row WHERE counts IS NOT NULL")
        let (stood, refused) = try stood()
        let own = keys.union(stood).subtracting(refused)
        try table.derive(ChangedRows(anew: own), catalogues, standing: &standing)
        let datasets = Set(Desks.all.flatMap(\.datasets))
        for key in stood.sorted() where !datasets.contains(key.dataset.text) {
            try table.replace(key, by: nil, &standing)
        }
        try compareRows()
        try db.execute(sql: "DROP TABLE temp.stood_row")
        var row = try PositionRow.read(db)
        row.position = Position(
            seq: standing.position.seq, digest: try table.recomputedDigest(in: standing.incarnation))
        try row.write(db)
        return standing.position.seq - before.position.seq
    }

    /// - Returns: the rows that stand, and those that the parent refused: their counts are unknown until their facts
    ///   change, whatever follows.
    private mutating func stood() throws -> (all: Set<RowKey>, refused: Set<RowKey>) {
        var (all, refused): (Set<RowKey>, Set<RowKey>) = ([], [])
        for row in try Row.fetchAll(db, sql: "SELECT dataset, period, subject, counts, refused FROM temp.stood_row") {
            guard let dataset = Code(row["dataset"] as String), let period = Code(row["period"] as String),
                let subject = Code(row["subject"] as String)
            else {
                found.append(Discrepancy(place: Replay.place(row), stands: row["counts"], follows: nil))
                continue
            }
            let key = RowKey(dataset: dataset, period: period, subject: subject)
            all.insert(key)
            if row["refused"] as String? != nil { refused.insert(key) }
        }
        return (all, refused)
    }

    private mutating func compareRows() throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT dataset, period, subject, stood.counts AS stands, row.counts AS follows,
                stood.catalogue AS read, row.catalogue AS catalogue
                FROM row LEFT JOIN temp.stood_row AS stood USING (dataset, period, subject)
                WHERE row.counts IS NOT stood.counts OR row.catalogue IS NOT stood.catalogue
                ORDER BY dataset, period, subject
                """)
        while let row = try rows.next() {
            found += Replay.differences(row, catalogues[Code(row["dataset"] as String) ?? Desks.compound])
        }
    }

    /// Indicator by indicator where both are rows of the catalogue that counts.
    private static func differences(_ row: Row, _ catalogue: Catalogue?) -> [Discrepancy] {
        let (stands, follows): (String?, String?) = (row["stands"], row["follows"])
        let names = catalogue?.indicators.map(\.code.text) ?? []
        let (left, right) = (numbers(stands), numbers(follows))
        guard row["read"] as Data? == row["catalogue"], left.count == names.count, right.count == names.count else {
            return [Discrepancy(place: place(row), stands: stands, follows: follows)]
        }
        return names.indices.filter { left[$0] != right[$0] }.map {
            Discrepancy(place: place(row, names[$0]), stands: left[$0], follows: right[$0])
        }
    }

    private static func numbers(_ counts: String?) -> [String] {
        (counts ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func place(_ row: Row, _ indicator: String? = nil) -> Discrepancy.Place {
        .row(dataset: row["dataset"], period: row["period"], subject: row["subject"], indicator: indicator)
    }
}
