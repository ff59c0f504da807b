import Daemon
import Federation
import Foundation
import Sync
import Testing

@testable import District

/// What an aggregator says upward, and when it may.
@Suite struct PublicationTests {
    private static let survey = Code(literal: "survey")
    private static let cut = Cut(dataset: survey, period: Code(literal: "round-1"))
    private static let old = Catalogue(text: "survey\nunvisited households open\ncompleted households open\n")!
    private static let new = Catalogue(
        text: "survey\nunvisited households open\ncompleted households open\nabsent households open\n")!
    private static let pace = Pace(milliseconds: 100, graceMilliseconds: 100, leaseMilliseconds: 1000)

    /// A picture of as many units as there are blocks; nil for one that never connected.
    private static func picture(_ blocks: [RowBlock?], now: Int64 = 0, shelf: [Catalogue] = [old, new]) -> Picture {
        let tree = PlaceTree(
            units: blocks.indices.map { number in
                RegistryUnit(
                    code: unit(number), name: "", community: "c", expectedHouseholds: 10, expectedResidents: nil,
                    dutyTelephone: "", ceilingPercent: 100)
            }
        ) { _ in [RegistryDivision(code: "c", name: "c", level: "community", parent: "")] }
        let speakers = blocks.map { block -> UnitCopies in
            guard let block else { return UnitCopies() }
            var copy = RollupTests.copy()
            (copy.appointment, copy.heardAt) = (100, 77)
            if !block.isEmpty { copy.blocks[cut] = block }
            return UnitCopies(copies: [copy])
        }
        let rollup = Rollup.recomputed(
            Hierarchy(current: tree), shelf: CatalogueShelf(shelf), speakers: Paged(speakers), now: now)
        return Picture(
            rollup: rollup, speakers: Paged(speakers), campaigns: [], edition: nil, now: now, wall: 0, revision: 0,
            tokens: [:]
        )
    }

    private static func unit(_ number: Int) -> Code { Code("421303001001-00\(number)")! }

    private static func block(_ rows: (catalogue: Int, counts: [Count])...) -> RowBlock {
        RowBlock(
            rows.enumerated().map { number, row in
                RowBlock.Entry(
                    subject: Code("b\(number)")!, seq: 1, asOf: 5, catalogue: row.catalogue, counts: row.counts)
            })
    }

    private static func key(_ number: Int) -> RowKey {
        RowKey(dataset: cut.dataset, period: cut.period, subject: unit(number))
    }

    @Test func everyUnitHasARowAndNothingIsNoZero() throws {
        let derived = DerivedRows(
            Self.picture([
                Self.block((0, [3, 7]), (0, [1, 0])), nil, RowBlock(), Self.block((0, [.unknown, .unknown])),
            ]))
        #expect(derived.rows.count == 4)
        #expect(derived.rows[Self.key(0)]?.counts == [1, 0, 0, 0, 0, 0, 4, 7])
        #expect(derived.rows[Self.key(0)]?.asOf == 77, "when it was last heard")
        #expect(derived.rows[Self.key(1)]?.counts == [0, 0, 0, 1, 0, 0] && derived.rows[Self.key(1)]?.asOf == 0)
        #expect(derived.rows[Self.key(2)]?.counts == [0, 0, 1, 0, 0, 0], "connected and nothing of this round")
        #expect(derived.rows[Self.key(3)]?.counts.prefix(6) == [0, 0, 0, 0, 0, 1])
        #expect(Set(derived.catalogues.map(\.hash)) == Set(derived.rows.values.map(\.catalogue)))
    }

    /// A node that counts under a newer catalogue: its row has the indicators of both, in an order that doesn't depend
    /// on which the aggregator saw first.
    @Test func catalogueOrderDoesNotDependOnTheShelf() {
        let one = DerivedRows(Self.picture([Self.block((0, [3, 7]), (1, [1, 2, 4]))]))
        let other = DerivedRows(
            Self.picture([Self.block((1, [3, 7]), (0, [1, 2, 4]))], shelf: [Self.new, Self.old]))
        #expect(
            one.rows == other.rows && one.rows[Self.key(0)]?.counts.suffix(3).sorted { $0.raw < $1.raw } == [4, 4, 9])
    }

    /// Another level up works by the same code: what is derived of derived rows is those rows.
    @Test func derivingAgainChangesNothing() {
        let first = DerivedRows(Self.picture([Self.block((0, [3, 7]))]))
        let body = first.rows[Self.key(0)]!
        let relay = Code(literal: "421303000000")
        let tree = PlaceTree(
            units: [
                RegistryUnit(
                    code: Self.unit(0), name: "", community: "c", expectedHouseholds: 10, expectedResidents: nil,
                    dutyTelephone: "", ceilingPercent: 100, home: relay)
            ], relays: [RegistryRelay(code: relay, name: "", division: "c", dutyTelephone: "")]
        ) { _ in [RegistryDivision(code: "c", name: "c", level: "community", parent: "")] }
        var copy = RollupTests.copy()
        (copy.appointment, copy.heardAt) = (100, 99)
        copy.blocks[Self.cut] = RowBlock([
            .init(subject: Self.unit(0), seq: 1, asOf: body.asOf, catalogue: 0, counts: body.counts)
        ])
        let speakers = [UnitCopies(), UnitCopies(copies: [copy])]
        let rollup = Rollup.recomputed(
            Hierarchy(current: tree), shelf: CatalogueShelf(first.catalogues), speakers: Paged(speakers), now: 0)
        let again = DerivedRows(
            Picture(
                rollup: rollup, speakers: Paged(speakers), campaigns: [], edition: nil, now: 0, wall: 0, revision: 0,
                tokens: [:]))
        #expect(again.rows[Self.key(0)]?.counts == body.counts && again.catalogues == first.catalogues)
    }

    // MARK: When it may speak

    private static func published(_ picture: Picture) -> [RowKey: RowBody] { DerivedRows(picture).rows }

    @Test func anEmptiedAggregatorWaitsForThoseItHasNamed() {
        let whole = Self.picture([Self.block((0, [3, 7])), nil])
        let published = Self.published(whole)
        var publication = Publication(pace: Self.pace, startedAt: 0)
        let emptied = Self.picture([nil, nil])
        #expect(publication.edition(emptied, published: published, isAcknowledged: true, now: 10) == nil)
        let again = publication.edition(whole, published: published, isAcknowledged: true, now: 20)
        #expect(again?.changes.isEmpty == true, "the one that never connected is not waited for")
        #expect(
            publication.edition(emptied, published: published, isAcknowledged: true, now: 30) != nil,
            "once it has spoken it is not held back any more")
    }

    @Test func afterOneLeaseItSaysWhatItHas() {
        let published = Self.published(Self.picture([Self.block((0, [3, 7]))]))
        var publication = Publication(pace: Self.pace, startedAt: 50)
        let emptied = Self.picture([nil])
        #expect(publication.edition(emptied, published: published, isAcknowledged: true, now: 1049) == nil)
        let edition = publication.edition(emptied, published: published, isAcknowledged: true, now: 1050)
        #expect(edition?.changes.map(\.key) == [Self.key(0)] && edition?.changes.first?.body == nil)
    }

    @Test func aNewLifeWaitsForEveryRegisteredUnit() {
        var publication = Publication(pace: Self.pace, startedAt: 0)
        let some = Self.picture([Self.block((0, [3, 7])), nil])
        #expect(publication.edition(some, published: [:], isAcknowledged: false, now: 10) == nil)
        let all = Self.picture([Self.block((0, [3, 7])), RowBlock()])
        #expect(publication.edition(all, published: [:], isAcknowledged: false, now: 20)?.changes.count == 2)
    }

    // MARK: The file

    private final class Scene: @unchecked Sendable {
        // One test on one thread.
        var picture: Picture
        let folder = FileManager.default.temporaryDirectory.path + "/upward-\(UUID().uuidString)"

        init(_ picture: Picture) throws {
            self.picture = picture
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func open() throws -> UpwardStore {
            try UpwardStore(
                folder: folder, sidecar: folder + ".sidecar", unit: Code(literal: "421303000000"),
                parentURL: "http://p",
                pace: PublicationTests.pace,
                source: .init(look: { self.picture }, clock: { 2000 }, adopt: { _ in }))
        }
    }

    @Test func onlyWhatDiffersIsPublished() throws {
        let scene = try Scene(Self.picture([Self.block((0, [3, 7])), Self.block((0, [1, 1]))]))
        let store = try scene.open()
        guard case .ready(let catalogues) = try store.prepare() else { return #expect(Bool(false), "not held back") }
        #expect(catalogues.count == 1)
        let first = try store.changes(after: 0, limit: 10)
        #expect(first.changes.count == 2 && first.own.seq == 2)
        _ = try store.prepare()
        #expect(try store.changes(after: 0, limit: 10).own == first.own, "nothing changed, nothing is written")
        scene.picture = Self.picture([Self.block((0, [3, 7])), Self.block((0, [0, 2]))])
        _ = try store.prepare()
        let delta = try store.changes(after: first.own.seq, limit: 10)
        #expect(delta.changes.map(\.key) == [Self.key(1)] && delta.own.seq == 3)
    }

    @Test func whatWasRefusedIsNotSaidAgainUntilItChanges() throws {
        let scene = try Scene(Self.picture([Self.block((0, [3, 7]))]))
        let store = try scene.open()
        _ = try store.prepare()
        try store.quarantine([Self.key(0)], [RowRefusal(line: 1, why: "unit_total_out_of_range")])
        #expect(try store.status().refusedRows == 1)
        _ = try store.prepare()
        #expect(try store.changes(after: 0, limit: 10).changes.first?.body?.hasUnknown == true)
        scene.picture = Self.picture([Self.block((0, [2, 8]))])
        _ = try store.prepare()
        #expect(try store.changes(after: 0, limit: 10).changes.first?.body?.counts.suffix(2) == [2, 8])
        #expect(try store.status().refusedRows == 0)
    }

    /// The row of a unit that ended stands for good, and a parent that lost its files asks for its catalogue. A district
    /// that lost its own rows, and starts again, has it from nowhere else.
    @Test func aRowsCatalogueIsKeptWithIt() throws {
        let scene = try Scene(Self.picture([Self.block((0, [3, 7]))]))
        _ = try scene.open().prepare()
        scene.picture = Self.picture([nil], shelf: [])
        let store = try scene.open()
        let row = try #require(try store.changes(after: 0, limit: 10).changes.first?.body)
        #expect(try store.memory().catalogues.map(\.hash).contains(row.catalogue))
    }

    /// A copy of the file that goes on elsewhere is another life.
    @Test func aFileOlderThanItsSidecarIsANewLife() throws {
        let scene = try Scene(Self.picture([Self.block((0, [3, 7]))]))
        var store = try scene.open()
        let before = try store.memory().incarnation
        _ = try store.prepare()
        try store.acknowledge(try store.changes(after: 0, limit: 9).own, epoch: nil, parent: Incarnation(value: 9))
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: scene.folder + "/upward.sqlite" + suffix)
        }
        store = try scene.open()
        #expect(try store.memory().incarnation != before)
        #expect(try store.memory().session.counter > 1, "sessions rise past the sidecar's")
    }
}
