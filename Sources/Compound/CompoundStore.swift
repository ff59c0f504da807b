import Daemon
package import Federation
import Foundation
package import GRDB
import Logging
import Synchronization
package import Sync

/// The compound's file: stages 1 to 3 share each transaction, so that a record, what follows from it
/// and the rows that may leave are durable together or not at all.
package final class CompoundStore: Sendable {
    package let database: DatabaseQueue
    private let watch: FileWatch
    /// Tables are read one at a time: a large one fills a good part of the memory that a node may have.
    let imports = SerialQueue("import")
    let tables = TableRoom()
    let drafts: DraftRoom
    let care: CareBook
    let folder: String
    package let unit: Code
    let catalogues: Catalogues
    package let sidecar: String
    /// The parent's address; another one than before forgets whose answers count.
    package let parentURL: String
    let standing = Mutex(LinkStanding())
    /// Since when the link isn't in order; nil while it is.
    let troubledSince = Mutex<Int64?>(nil)
    /// Why the disk refused the last record; nil once it takes records again.
    let diskTrouble = Mutex<IntakeError.Code?>(nil)
    /// Rung with every change of what pages show.
    let bell = Bell()
    package let surroundings: Surroundings
    var clock: @Sendable () -> Int64 { surroundings.clock }

    /// - Parameters:
    ///   - folder: holds `journal.sqlite`.
    ///   - sidecar: path of the file that no backup may contain.
    package init(
        folder: String, sidecar: String, unit: String, parentURL: String, catalogues text: String? = nil,
        surroundings: Surroundings = Surroundings()
    ) throws {
        guard let unit = Code(unit) else { throw IntakeError(.notACode, field: "unit", value: unit) }
        self.folder = folder
        self.unit = unit
        self.sidecar = sidecar
        self.parentURL = parentURL
        self.surroundings = surroundings
        drafts = DraftRoom(clock: surroundings.clock)
        care = CareBook(folder: folder, clock: surroundings.clock)
        catalogues = Catalogues(text)
        database = try SQLiteFile.open(
            folder + "/journal.sqlite", migrations: JournalSchema.migrations, ifDamaged: JournalSchema.remedy)
        watch = FileWatch(database)
        // What is deleted is overwritten: keys of claims end with their round. Records touch a large compound's indices all
        // over: they stay in memory, 16 MB at most, taken as they are read.
        try database.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA secure_delete=ON; PRAGMA cache_size=-16384")
        }
        try awaken()
    }

    // MARK: Recording

    package struct Recorded: Sendable {
        package var recorded: [String] = []
        package var refused: [(index: Int, id: String, error: IntakeError)] = []
        /// Ids whose device's clock is far off.
        package var flagged: [String] = []
        package var seq: UInt64 = 0
    }

    /// Takes a body of records: the good ones in one transaction, each bad one with its reason.
    package func record(_ body: [UInt8]) throws(IntakeError) -> Recorded {
        try record(try RecordReader.read(body))
    }

    func record(_ items: [(id: String, Result<Record, IntakeError>)]) throws(IntakeError) -> Recorded {
        try record(together: [items]).first ?? Recorded()
    }

    /// Several requests in one transaction, in their order; each has its own outcome.
    func record(together requests: [[(id: String, Result<Record, IntakeError>)]]) throws(IntakeError) -> [Recorded] {
        guard !requests.isEmpty else { return [] }
        return try durably { db in
            let journal = Journal(db: db, now: self.clock())
            var folding = Folding(journal)
            var outcomes = try requests.map { try self.take($0, &folding, journal) }
            let seq = try self.derive(folding.finish(), db)
            for place in outcomes.indices { outcomes[place].seq = seq }
            return outcomes
        }
    }

    private func take(
        _ items: [(id: String, Result<Record, IntakeError>)], _ folding: inout Folding, _ journal: Journal
    ) throws -> Recorded {
        var outcome = Recorded()
        for (index, item) in items.enumerated() {
            do {
                let record = try item.1.get()
                try take(record, &folding, journal)
                outcome.recorded.append(item.id)
                if HybridClock.isOff(observedAt: record.observedAt, now: journal.now) {
                    outcome.flagged.append(item.id)
                }
            } catch let error as IntakeError {
                outcome.refused.append((index, item.id, error))
            }
        }
        return outcome
    }

    /// What follows from something that was pasted, in one transaction and under one time.
    func record(_ said: [(Record.Content, supersedes: [UInt128])], by recorder: Code) throws(IntakeError) {
        let now = clock()
        let records = said.map { content, supersedes in
            let record = Record(
                id: UInt128.random(in: 1 ... .max), content: content, recorder: recorder, observedAt: now,
                supersedes: supersedes)
            return (id: Hex.text(record.id), Result<Record, IntakeError>.success(record))
        }
        if let refusal = try record(records).refused.first { throw refusal.error }
    }

    /// What a form says, and what its sender says along with it, in one transaction. Sent again it says nothing more.
    func record(form record: Record) throws(IntakeError) {
        try durably { db in
            let journal = Journal(db: db, now: self.clock())
            var folding = Folding(journal)
            if try self.take(record, &folding, journal) {
                try folding.fold()
                for said in try record.implied(db) { try self.take(said, &folding, journal) }
            }
            _ = try self.derive(folding.finish(), db)
        }
    }

    /// Appends one record and has folded what it touches: its own fact, and those of the statements it takes back.
    ///
    /// - Returns: whether it is new.
    @discardableResult
    private func take(_ record: Record, _ folding: inout Folding, _ journal: Journal) throws -> Bool {
        guard let taker = Desks.taker(of: record.content) else { return false }
        let statement = record.content.statement
        let observation = Observation(
            id: record.id, desk: taker.name, subject: statement.subject, field: statement.field,
            value: Settlement.value(statement.value, why: record.why), recorder: record.recorder.text,
            device: record.device?.text ?? "",
            observedAt: record.observedAt, hlc: 0, evidence: statement.evidence)
        // It may be judged by what earlier records of the same transaction say.
        if !taker.foldsLast { try folding.fold() }
        let takesBack = try record.supersedes + record.content.takesBack(recorded: record.id, journal)
        let appended = try journal.append(observation, supersedes: takesBack) {
            try record.content.check(record, journal)
        }
        guard appended == .new else { return false }
        folding.changed(try open(record.content.period, journal.db))
        let touched =
            try journal.statements(takesBack) + journal.statements(takenBackBy: takesBack) + [observation]
        // A correction is about the same fact as what it corrects, most of the time, but it may cross desks: no household
        // lives there after all, so nobody refused.
        try folding.touch(Set(touched.map(\.fact)))
        return true
    }

    /// A round that nobody announced opens with its first record: recording never waits for the uplink.
    ///
    /// - Returns: every row of the round, explicit zeros included, if it is new.
    private func open(_ period: Code?, _ db: Database) throws -> Set<RowKey> {
        guard let period else { return [] }
        guard try !CampaignReader.knows(period, db) else { return [] }
        try db.execute(
            sql: "INSERT INTO campaign (code, name, closed) VALUES (?, ?, 0)", arguments: [period.text, period.text])
        return try Set(Desks.all.flatMap { try $0.keys(of: period, db) })
    }

    func derive(_ anew: Set<RowKey>, _ db: Database) throws -> UInt64 { try derive(ChangedRows(anew: anew), db) }

    /// - Returns: the number of the last change.
    private func derive(_ changed: ChangedRows, _ db: Database) throws -> UInt64 {
        var row = try PositionRow.read(db)
        guard var standing = row.standing else { return 0 }
        // A change of the frame may be one of the doors, and so of what this compound claims.
        let frames = changed.anew.filter { $0.dataset == RegistryDesk.dataset }.map(\.subject).sorted()
        var rows = changed
        rows.formUnion(anew: try HouseholdClaims(db: db).refresh(frames))
        try RowTable(db: db, now: clock()).derive(rows, catalogues, standing: &standing)
        if standing.position != row.position {
            row.position = standing.position
            try row.write(db)
        }
        return standing.position.seq
    }

    // MARK: Reading and writing

    /// One transaction; returns after its fsync. A disk that refuses is told apart from a bad record.
    package func durably<Value>(_ body: (Database) throws -> Value) throws(IntakeError) -> Value {
        do {
            let value = try database.write(body)
            bell.ring()
            let before = diskTrouble.withLock { trouble in
                defer { trouble = nil }
                return trouble
            }
            if let before {
                surroundings.log("journal").notice("records are saved again", metadata: ["after": "\(before.rawValue)"])
            }
            return value
        } catch let error as IntakeError {
            throw error
        } catch {
            let code = trouble(error)
            let isNew = diskTrouble.withLock { trouble in
                defer { trouble = code }
                return trouble != code
            }
            if isNew {
                surroundings.log("journal").error(
                    "records are not saved", metadata: ["code": "\(code.rawValue)", "error": "\(error)"])
            }
            throw IntakeError(code, value: "\(error)")
        }
    }

    /// SQLite says "I/O error" of a disk that was turned read-only and of one that fails: the file system knows which.
    private func trouble(_ error: any Error) -> IntakeError.Code {
        switch (error as? DatabaseError)?.resultCode {
        case .SQLITE_FULL?: .diskFull
        case .SQLITE_READONLY?, .SQLITE_PERM?: .readOnly
        case .SQLITE_IOERR?, .SQLITE_CANTOPEN?:
            switch Volume.condition(of: folder) {
            case .readOnly: .readOnly
            case .full: .diskFull
            case .inOrder: .diskFails
            }
        default: .storeFailed
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try database.readConsistently(body) }

    /// The same for what is looked at before it is written: nothing is saved, so nothing is said of the disk, and no page
    /// has to be read again.
    func looked<Value>(_ body: (Database) throws -> Value) throws(IntakeError) -> Value {
        do { return try read(body) } catch let error as IntakeError { throw error } catch {
            throw IntakeError(trouble(error), value: "\(error)")
        }
    }

    /// What is wrong with the file; the watchdog beats while nothing is.
    package func fault() -> String? { watch.fault() }
}
