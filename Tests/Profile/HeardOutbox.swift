import Federation
import Generator
import Sync
import Wire

/// Between a store and its sender: looks at every row that leaves, so that it is known what the store said at each
/// position. The sender alone uses it.
final class HeardOutbox: Outbox, @unchecked Sendable {
    private let store: any RowOutbox
    private let testimony: Testimony
    private let survey: Survey
    private var incarnation: Incarnation?
    private var rows: [Code: RowBody] = [:]

    init(_ store: any RowOutbox, _ testimony: Testimony) throws {
        (self.store, self.testimony) = (store, testimony)
        survey = Survey(try store.catalogueTexts)
        // A run that goes on with an earlier one's life sends only what changed since.
        take(try store.changes(after: 0, limit: .max - 1).changes)
    }

    func memory() throws -> LinkMemory {
        let memory = try store.memory()
        incarnation = memory.incarnation
        testimony.lives(memory.incarnation, store.unit)
        return memory
    }

    func changes(after seq: UInt64, limit: Int) throws -> (changes: [RowChange], reachesEnd: Bool, own: Position) {
        let read = try store.changes(after: seq, limit: limit)
        if seq == 0 { rows = [:] }
        take(read.changes)
        if read.reachesEnd, let incarnation {
            let moment = Testimony.Moment(incarnation: incarnation, position: read.own)
            if !testimony.knows(moment) { testimony.says(Told(survey.sum(rows.values)), at: moment) }
        }
        return read
    }

    private func take(_ changes: [RowChange]) {
        for change in changes where change.key.dataset == Survey.dataset && change.key.period == City.round {
            rows[change.key.subject] = change.body
        }
    }

    func acknowledge(_ position: Position, epoch: Epoch?, parent: Incarnation) throws {
        try store.acknowledge(position, epoch: epoch, parent: parent)
        guard let incarnation else { return }
        testimony.acknowledge(Testimony.Moment(incarnation: incarnation, position: position), store.unit)
    }

    func mint(_ reason: ChildLink.MintReason) throws -> Incarnation {
        let fresh = try store.mint(reason)
        incarnation = fresh
        testimony.lives(fresh, store.unit)
        return fresh
    }

    func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws { try store.quarantine(keys, refusals) }
    func adopt(_ registry: RegistryDocument, digest: String) throws { try store.adopt(registry, digest: digest) }
    func report(_ standing: LinkStanding) { store.report(standing) }
}

/// The survey's rows read by the generator's names.
private struct Survey {
    static let dataset = Code(literal: "survey")
    private enum Column { case household(HouseholdClass), people(PeopleClass), none }
    private let columns: [CatalogueHash: [Column]]

    init(_ catalogues: [Catalogue]) {
        columns = catalogues.filter { $0.dataset == Survey.dataset }.reduce(into: [:]) { columns, catalogue in
            columns[catalogue.hash] = catalogue.indicators.map { Survey.column($0.code.text) }
        }
    }

    private static func column(_ name: String) -> Column {
        HouseholdClass.allCases.first { $0.indicator == name }.map(Column.household)
            ?? PeopleClass.allCases.first { $0.indicator == name }.map(Column.people) ?? .none
    }

    func sum(_ rows: some Sequence<RowBody>) -> SurveyCounts {
        var sum = SurveyCounts()
        for row in rows {
            for (column, count) in zip(columns[row.catalogue] ?? [], row.counts) {
                let count = Int(count.known ?? 0)
                switch column {
                case .household(let one): sum[one] += count
                case .people(let one): sum[one] += count
                case .none: break
                }
            }
        }
        return sum
    }
}
