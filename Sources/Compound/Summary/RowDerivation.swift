import Federation
import Sync

/// Stage 3: the rows that may leave, derived from the desks' folded state in the transaction that changed it.
extension RowTable {
    /// Derives the rows under `keys` anew and numbers those that differ from what stands.
    func derive(_ keys: Set<RowKey>, _ catalogues: Catalogues, standing: inout Standing) throws {
        for key in keys.sorted() {
            guard let catalogue = catalogues[key.dataset],
                let desk = Desks.all.first(where: { $0.datasets.contains(key.dataset.text) })
            else { continue }
            let counts = try desk.counts(of: key, db)
            let body = counts.map { counts in
                RowBody(
                    catalogue: catalogue.hash,
                    counts: catalogue.indicators.map { Count(counts[$0.code.text] ?? 0) ?? .unknown }, asOf: now)
            }
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
}
