import Daemon
import Federation
import Foundation
import GRDB
import Sync
import Synchronization

@testable import Compound

/// A compound in a scratch folder: the real store over real SQLite. Only the clock is a parameter.
struct Fixture {
    let folder: String
    let clock = SetClock()

    static let campaign = Code(literal: "2022-04-06-survey")
    static let unit = "421303587002-001"
    /// 18:00 of 6 April 2022, when the evening's first record is made.
    static let evening: Int64 = 1_649_239_200

    /// - Parameter body: gets an empty folder that is gone afterwards.
    static func with<Value>(_ body: (Fixture) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path + "/compound-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(Fixture(folder: folder))
    }

    /// One store over an empty folder.
    static func withStore<Value>(_ body: (CompoundStore) throws -> Value) throws -> Value {
        try with { try body($0.open()) }
    }

    var sidecar: String { folder + "/sidecar" }
    var journal: String { folder + "/journal.sqlite" }

    func open(parent: String = "https://district.example") throws -> CompoundStore {
        try CompoundStore(
            folder: folder, sidecar: sidecar, unit: Fixture.unit, parentURL: parent,
            surroundings: Surroundings(clock: { [clock] in clock.now }))
    }

    /// Sets a copy of the journal aside, as a backup does.
    func backUp(_ store: CompoundStore, as name: String) throws {
        try SQLiteFile.backup(store.database, to: folder + "/" + name)
    }

    /// Puts a copy in the journal's place. The store has to be closed.
    func restore(_ name: String) throws {
        empty()
        try FileManager.default.copyItem(atPath: folder + "/" + name, toPath: journal)
    }

    /// Loses the journal. The store has to be closed.
    func empty() {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal + suffix) }
    }
}

/// The node's clock, as the test sets it.
final class SetClock: Sendable {
    private let time = Mutex(Fixture.evening + 20_000)
    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}

extension CompoundStore {
    /// Records in one request, as a phone's queue sends them.
    @discardableResult func take(_ records: [Record]) throws -> Recorded {
        try record(records.map { (id: Hex.text($0.id), .success($0)) })
    }

    @discardableResult func take(_ records: Record...) throws -> Recorded { try take(records) }

    /// The counts of one row by indicator; nil if there is no such row.
    func counts(_ dataset: String, _ subject: String, period: Code = Fixture.campaign) throws -> [String: Int64]? {
        guard let body = try body(dataset, subject, period: period), let dataset = Code(dataset),
            let catalogue = catalogues[dataset]
        else { return nil }
        return Dictionary(uniqueKeysWithValues: zip(catalogue.indicators.map(\.code.text), body.counts.map(\.raw)))
    }

    func body(_ dataset: String, _ subject: String, period: Code = Fixture.campaign) throws -> RowBody? {
        try changes(after: 0, limit: 100_000).changes.last {
            $0.key.dataset.text == dataset && $0.key.subject.text == subject && $0.key.period == period
        }?.body
    }

    func position() throws -> Position { try read { try PositionRow.read($0).position } }
    func incarnation() throws -> Incarnation? { try read { try PositionRow.read($0).incarnation } }

    /// The first column of the first row.
    func value<Value: DatabaseValueConvertible>(_ sql: String, _ arguments: StatementArguments = []) throws -> Value? {
        try read { try Value.fetchOne($0, sql: sql, arguments: arguments) }
    }

    /// How SQLite goes about a query.
    func plan(_ sql: String, _ arguments: StatementArguments) throws -> [String] {
        try read { try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] } }
    }

    func floor() throws -> UInt64 { try read { try PositionRow.read($0).floor } }
    func overview() throws -> RegistryOverview { try read(RegistryReader.overview) }
    func conflicts() throws -> [Conflict] { try read(SurveyReader.conflicts) }
    func progress() throws -> SurveyProgress { try read { try SurveyReader.progress(Fixture.campaign.text, $0) } }
    func board() throws -> VolunteerBoard {
        try read { try VolunteerReader.board(Fixture.campaign.text, $0, now: self.clock()) }
    }
    func doors(_ building: String) throws -> [SurveyDoor] {
        try read { try SurveyReader.doors(of: building, Fixture.campaign.text, $0) }
    }
}

extension Links {
    /// Those of a page that was asked for in a language.
    static func of(_ language: Language) -> Links {
        Links(Call(method: "GET", path: "/", query: ["lang": language.rawValue]))
    }
}

extension [String: Int64] {
    /// What is not zero, without the classes of people.
    var households: Self { filter { $0.value != 0 && !$0.key.hasPrefix("p_") && $0.key != "unlisted" } }
    var people: Self { filter { $0.value != 0 && $0.key.hasPrefix("p_") } }
}
