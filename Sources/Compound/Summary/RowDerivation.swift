import Federation
import Sync

/// Stage 3: the rows that may leave, derived from the desks' folded state in the transaction that changed it.
extension RowTable {
    /// Derives rows and numbers those that differ from what stands.
    func derive(_ rows: ChangedRows, _ catalogues: Catalogues, standing: inout Standing) throws {
        for key in rows.all.sorted() {
            guard let catalogue = catalogues[key.dataset],
                let desk = Desks.all.first(where: { $0.datasets.contains(key.dataset.text) })
            else { continue }
            let changed = try rows.difference(of: key).flatMap { try sum(of: key, and: $0, catalogue) }
            let counts =
                try changed
                ?? desk.counts(of: key, db).map { counts in
                    catalogue.indicators.map { Count(counts[$0.code.text] ?? 0) ?? .unknown }
                }
            let body = counts.map { RowBody(catalogue: catalogue.hash, counts: $0, asOf: now) }
            #if DEBUG
                if Mutation.rowsNameDoors.isActive, key.dataset == SurveyDesk.dataset {
                    let door = Code("\(key.subject)-1-101") ?? key.subject
                    try replace(
                        RowKey(dataset: key.dataset, period: key.period, subject: door), by: body, &standing)
                    continue
                }
            #endif
            try replace(key, by: body, &standing)
        }
    }

    /// - Returns: nil where what stands is no sum to add to: there is no such row, it is of another catalogue, or a count in
    ///   it is unknown.
    private func sum(
        of key: RowKey, and difference: ChangedRows.Difference, _ catalogue: Catalogue
    ) throws -> [Count]? {
        guard let stands = try body(of: key), stands.catalogue == catalogue.hash else { return nil }
        let counts = zip(catalogue.indicators, stands.counts).compactMap { indicator, count in
            count.known.flatMap { Count($0 + (difference[indicator.code.text] ?? 0)) }
        }
        return counts.count == catalogue.indicators.count ? counts : nil
    }
}
