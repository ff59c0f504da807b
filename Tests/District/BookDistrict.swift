import Coverage
import Daemon
import Federation
import Foundation
import Testing

@testable import District

/// A district of two compounds over real files, on a clock of its own: what it decides can be looked up after a restart.
struct BookDistrict {
    static let unit = Code(literal: "421303587002-001")
    static let other = Code(literal: "421303587002-002")
    static let campaign = CaseDistrict.campaign
    static let pace = Pace(milliseconds: 60_000, graceMilliseconds: 30_000, leaseMilliseconds: 300_000)
    static let minute: Int64 = 60_000

    let folder: String
    private(set) var ledger: Ledger
    /// What the last order changed for readers.
    private(set) var news = News.nothing
    let registry: RegistryStore
    /// Milliseconds on the serving clock.
    var now: Int64 = 0
    /// A restart begins a new serving clock; the wall goes on.
    private var startedAt: Int64 = 0

    static func with(_ body: (inout BookDistrict) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/book-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var district = try BookDistrict(folder)
        try body(&district)
    }

    private init(_ folder: String) throws {
        self.folder = folder
        registry = try RegistryStore(folder + "/registry.sqlite")
        ledger = try BookDistrict.open(registry, try RowStore(folder + "/rows.sqlite"), wall: CaseDistrict.evening)
    }

    private static func open(_ registry: RegistryStore, _ rows: any RowKeeping, wall: Int64) throws -> Ledger {
        try Ledger(
            identity: Incarnation(value: 9), pace: pace, registry: content(registry), store: rows, decisions: registry,
            now: 0, wall: wall)
    }

    private static func content(_ registry: RegistryStore, isOver: Bool = false) throws -> RegistryContent {
        let units = [unit, other].map {
            RegistryUnit(
                code: $0, name: $0.text, community: "421303587002", expectedHouseholds: 100, expectedResidents: 300,
                dutyTelephone: "", ceilingPercent: 100)
        }
        let campaigns = [(campaign, isOver), (Code(literal: "closed"), true)].map {
            RegistryCampaign(code: $0.0, name: "survey", opens: 0, deadline: 1, order: "", closed: $0.1)
        }
        return RegistryContent(
            units: units,
            divisions: [
                "421303587002": RegistryDivision(code: "421303587002", name: "c", level: "community", parent: "")
            ], campaigns: campaigns, book: try registry.book())
    }

    /// Every round is over.
    mutating func close() throws {
        ledger.reregister(try BookDistrict.content(registry, isOver: true), now: now)
    }

    var wall: Int64 { CaseDistrict.evening + (startedAt + now) / 1000 }

    /// - Parameters:
    ///   - emptied: the rows are lost.
    ///   - rows: instead of `rows.sqlite`.
    mutating func restart(emptied: Bool = false, rows: (any RowKeeping)? = nil) throws {
        startedAt += now
        now = 0
        if emptied {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: folder + "/rows.sqlite" + suffix)
            }
        }
        ledger = try BookDistrict.open(registry, try rows ?? RowStore(folder + "/rows.sqlite"), wall: wall)
    }

    @discardableResult
    mutating func perform(_ order: Ledger.Order) throws -> Ledger.Reply? {
        let done = try ledger.perform([order], now: now, wall: wall)
        news = done.news
        return done.replies.first
    }

    @discardableResult
    mutating func hear(_ push: Push, of unit: Code = BookDistrict.unit) throws -> Answer.Outcome? {
        var push = push
        if push.catalogues.isEmpty { push.catalogues = [CaseDistrict.catalogue] }
        guard case .answer(let answer)? = try perform(.push(push, unit: unit)) else { return nil }
        return answer.outcome
    }

    func word(_ node: CaseNode) -> Word { Word(node.incarnation, reason: "copied", officer: "li") }

    var receipts: [Receipt] { ledger.book.receipts[Self.unit] ?? [] }
    var picture: Picture { Picture(ledger.tally, now: now, wall: wall, revision: 1) }
    var figures: PlaceFigures { picture.figures(0, Question(period: Self.campaign, measures: [.completion, .tested])) }

    /// Appointments pass without anybody speaking.
    mutating func sweep() -> News { ledger.sweep(now: now) }

    /// After appointments that passed.
    var sweptFigures: PlaceFigures {
        mutating get {
            _ = ledger.sweep(now: now)
            return figures
        }
    }

    func page(_ language: Language) -> String {
        UnitPage.html(UnitPage.Model(picture, 0, Self.campaign, asked: nil, now: now), Messages.of(language)).source
    }
    func division(_ language: Language) -> String {
        DivisionPage.html(
            DivisionPage.Model(picture, 0, Self.campaign, asked: nil, SeriesLog(), since: nil), Messages.of(language)
        ).source
    }
}

/// A store whose next commit fails, as at a crash between two files.
final class FailingRows: RowKeeping {
    private let rows: RowStore
    var fails = false

    init(_ path: String) throws { rows = try RowStore(path) }

    func commit(_ writes: [RowWrite], catalogues: [(place: Int, catalogue: Catalogue)]) throws {
        if fails { throw CancellationError() }
        try rows.commit(writes, catalogues: catalogues)
    }
    func load(now: Int64, wall: Int64, pace: Pace) throws -> RowsHeld {
        try rows.load(now: now, wall: wall, pace: pace)
    }
}
