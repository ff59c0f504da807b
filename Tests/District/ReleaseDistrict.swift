import Coverage
import Daemon
import Federation
import Foundation
import Laws
import Logging
import Testing
import Wire

@testable import District

/// A district of communities with a compound each, over real files, and what it tells the public.
final class ReleaseDistrict {
    static let campaign = CaseDistrict.campaign
    /// Of the same people, opened half an hour later.
    static let second = Code(literal: "2022-04-06-tests")
    /// 08:00 of 7 April 2022 in China.
    static let morning: Int64 = 1_649_289_600
    static let hour: Int64 = 3600

    let folder: String
    let registry: RegistryStore
    private(set) var edge: PublicEdge
    private(set) var series: Series
    private var ledger: Ledger
    private var nodes: [Code: CaseNode] = [:]
    private let units: [Code]
    private(set) var wall = morning - 60

    /// - Parameter direct: a compound that stands under the district itself.
    static func with(
        _ communities: Int, direct: Bool = false, rounds: Int = 1, _ body: (ReleaseDistrict) throws -> Void
    ) throws {
        let district = try made(communities, direct: direct, rounds: rounds)
        defer { district.remove() }
        try body(district)
        for belief in Outsider.Belief.allCases {
            let finds = try district.finds(believing: belief)
            #expect(finds.isEmpty, "whoever believes \(belief) finds out \(finds)")
        }
    }

    /// What is found out from all that was told, as far as it is known what it was made of.
    func finds(believing belief: Outsider.Belief) throws -> [String] {
        let documents = try edge.releases.filter(\.isPublished).compactMap { try edge.document($0.id) }
        return Measure.published.flatMap { measure -> [String] in
            let releases = documents.compactMap { document -> Release? in
                guard let round = Code(document.campaign),
                    let rule = document.measures.first(where: { $0.measure == measure.code && $0.withheld == nil })
                else { return nil }
                let cut = ReleaseCut(document.cutPlaces, series.log(round, picture), at: document.as_of)
                return ToldReleases.release(document, rule, cut)
            }
            return Outsider(releases, believing: belief).finds
        }
    }

    static func made(_ communities: Int, direct: Bool = false, rounds: Int = 1) throws -> ReleaseDistrict {
        let folder = FileManager.default.temporaryDirectory.path + "/release-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try ReleaseDistrict(folder, communities, direct, rounds)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    private init(_ folder: String, _ communities: Int, _ direct: Bool, _ rounds: Int) throws {
        self.folder = folder
        registry = try RegistryStore(folder + "/registry.sqlite")
        let root = RegistryDivision(code: "421303000000", name: "曾都区", level: "district", parent: "")
        var divisions = [root.code: root]
        var registered: [RegistryUnit] = []
        for number in (direct ? 0 : 1)...communities {
            let code = number == 0 ? root.code : "4213030010\(10 + number)"
            if number > 0 {
                divisions[code] = RegistryDivision(
                    code: code, name: "c\(number)", level: "community", parent: root.code)
            }
            registered.append(
                RegistryUnit(
                    code: Code(code + "-001")!, name: "u\(number)", community: code, expectedHouseholds: 300,
                    expectedResidents: 900, dutyTelephone: "", ceilingPercent: 100))
        }
        units = registered.map(\.code)
        let content = RegistryContent(
            units: registered, divisions: divisions,
            campaigns: [(Self.campaign, "入户摸底", Self.hour), (Self.second, "检测", Self.hour / 2)].prefix(rounds).map {
                RegistryCampaign(
                    code: $0, name: $1, opens: Self.morning - $2, deadline: .max / 2, order: "", closed: false)
            })
        ledger = try Ledger(
            identity: Incarnation(value: 9), pace: BookDistrict.pace, registry: content,
            store: RowStore(folder + "/rows.sqlite"), decisions: registry, now: 0, wall: Self.morning - 60)
        (series, edge) = try ReleaseDistrict.opened(folder, registry, wall: Self.morning - 60)
    }

    private static func opened(
        _ folder: String, _ registry: RegistryStore, wall: Int64
    ) throws -> (Series, PublicEdge) {
        let log = Logger(label: "test")
        let series = Series(folder: folder, stepSeconds: 300, log: log)
        return (
            series,
            try PublicEdge(ReleaseTimes("08:00 09:00 10:00 11:00 12:00"), registry, series, wall: wall, log: log)
        )
    }

    /// The daemon ends and starts again; rows stay in memory, since they are another test's concern.
    func restart(losingSeries: Bool = false) throws {
        if losingSeries {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: folder + "/series.sqlite" + suffix)
            }
        }
        (series, edge) = try ReleaseDistrict.opened(folder, registry, wall: wall)
    }

    /// What a community's compound counts from now on.
    func count(_ community: Int, _ done: Int64, of due: Int64, in round: Code = campaign) throws {
        let unit = units[community]
        let before = nodes[unit]?.position
        var node = nodes[unit] ?? CaseNode(UInt128(100 + community))
        node.count("7", completed: done, unvisited: due - done, in: round)
        var push = node.push(from: before)
        push.catalogues = [CaseDistrict.catalogue]
        _ = try ledger.perform([.push(push, unit: unit)], now: 0, wall: wall)
        nodes[unit] = node
    }

    /// Rounds that were closed.
    var closed: Set<Code> = []
    /// What officers published.
    var directives: [Directive] = []
    /// Sets beside the tree.
    var overlays: [Overlay] = []
    var picture: Picture {
        var picture = Picture(ledger.tally, now: 0, wall: wall, revision: 1)
        picture.overlays = overlays
        picture.directives = DirectiveBook(directives.map { DirectiveBook.Entry($0) })
        for index in picture.campaigns.indices where closed.contains(picture.campaigns[index].code) {
            picture.campaigns[index].closed = true
        }
        return picture
    }

    /// It is that time: the series takes its step, unless nobody looks, and what was appointed is kept.
    @discardableResult
    func at(_ hour: Int64, looking: Bool = true) throws -> ReleaseDocument? {
        wall = Self.morning + (hour - 8) * Self.hour + (looking ? 1 : 1000)
        if looking { series.take(wall - 1, picture) }
        edge.keep(picture, wall: wall)
        guard let last = edge.releases.last, last.isPublished else { return nil }
        return try edge.document(last.id)
    }
}

extension ReleaseDocument {
    func figure(_ code: String, _ measure: Measure = .completion) -> Measured? {
        places.first { $0.code == code }?.measures.first { $0.measure == measure.code }
    }
}
