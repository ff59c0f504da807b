import Federation
import Wire

/// Everything that an aggregator says upward: one row per unit in every dataset and period that anything is held of,
/// cut from one picture. Rows of units, so that the level above sees what this one sees, and the level above that
/// derives its own from units again by the same code.
struct DerivedRows {
    private(set) var rows: [RowKey: RowBody] = [:]
    private let shelf: CatalogueShelf
    private var shapes: [ShapeName: Shape] = [:]

    /// Texts of every catalogue that the rows are under.
    var catalogues: [Catalogue] { shapes.values.map(\.catalogue).sorted { $0.hash.value < $1.hash.value } }

    init(_ picture: Picture) {
        shelf = picture.rollup.shelf
        for (cut, totals) in picture.rollup.cuts.sorted(by: { $0.key < $1.key })
        where cut.dataset != Claims.dataset && !Help.datasets.contains(cut.dataset) {
            let picture = picture.along(cut.period)
            let blocks = totals.standings.indices.map { picture.block($0, cut) ?? RowBlock() }
            guard blocks.contains(where: { !$0.isEmpty }) else { continue }
            for (unit, block) in blocks.enumerated() {
                // Who hasn't received an order has nothing to say of it; most orders are for few.
                if cut.dataset == Directive.dataset, block.isEmpty { continue }
                let key = RowKey(
                    dataset: cut.dataset, period: cut.period, subject: picture.rollup.tree.units[unit].code)
                rows[key] = row(
                    cut.dataset, totals.standings[unit], block, asOf: picture.heardAt(unit, totals) ?? 0)
            }
        }
        addUnsettled(picture)
    }

    /// Nobody sends the rows of a unit that ended again: should they be lost here, what was said above stands, and ages
    /// where the round is open.
    mutating func keep(_ published: [RowKey: RowBody], of picture: Picture) {
        let gone = picture.rollup.forgotten
        guard !gone.isEmpty else { return }
        let closed = Set(picture.campaigns.filter(\.closed).map(\.code))
        for (key, body) in published where gone.contains(key.subject) {
            rows[key] = closed.contains(key.period) ? body : DerivedRow.aged(body)
        }
    }

    /// Claims stay where they are settled. What goes up is how many households are not.
    private mutating func addUnsettled(_ picture: Picture) {
        for period in Set(picture.rollup.cuts.keys.map(\.period)) {
            let standings = picture.cut("survey", period).standings
            for unit in picture.rollup.tree.units.indices {
                let open = picture.unsettled(of: unit, period)
                guard !open.isNone else { continue }
                let catalogue = Catalogue(
                    dataset: Claims.dataset, indicators: DerivedRow.standings.map(\.indicator) + OpenClaims.indicators)
                shapes[ShapeName(dataset: Claims.dataset, places: [])] = Shape(catalogue: catalogue, columns: [:])
                let key = RowKey(
                    dataset: Claims.dataset, period: period, subject: picture.rollup.tree.units[unit].code)
                rows[key] = RowBody(
                    catalogue: catalogue.hash,
                    counts: DerivedRow.flags(standings[unit]) + open.counts.map { Count($0) ?? .unknown },
                    asOf: picture.heardAt(unit) ?? 0)
            }
        }
    }

    /// A unit that has nothing to show has no columns of its own: nothing is not zero.
    private mutating func row(_ dataset: Code, _ standing: Standing, _ block: RowBlock, asOf: Int64) -> RowBody {
        let sums = standing == .known || standing.hasLast ? block.sums : [:]
        let places = sums.keys.sorted { shelf[$0].hash.value < shelf[$1].hash.value }
        let shape = shape(ShapeName(dataset: dataset, places: places))
        var own = Array(repeating: Int64(0), count: shape.catalogue.indicators.count - DerivedRow.standings.count)
        for (place, vector) in sums {
            for (column, goes) in shape.columns[place] ?? [] where column < vector.count { own[goes] += vector[column] }
        }
        #if DEBUG
            if Mutation.suppressionBeforeMerge.isActive { own = own.map { $0 < 10 ? 0 : $0 } }
        #endif
        return RowBody(
            catalogue: shape.catalogue.hash, counts: DerivedRow.flags(standing) + own.map { Count($0) ?? .unknown },
            asOf: asOf)
    }

    /// Places on the shelf, in an order that doesn't depend on it.
    private struct ShapeName: Hashable {
        var dataset: Code
        var places: [Int]
    }

    /// The derived catalogue of rows under these catalogues, and where their columns go in it.
    private struct Shape {
        var catalogue: Catalogue
        /// By place on the shelf: from which column to which.
        var columns: [Int: [(Int, Int)]]
    }

    private mutating func shape(_ name: ShapeName) -> Shape {
        if let known = shapes[name] { return known }
        var own: [Indicator] = []
        var columns: [Int: [(Int, Int)]] = [:]
        for place in name.places {
            let theirs = DerivedRow.own(shelf[place])
            columns[place] = zip(theirs.indices, theirs).compactMap { column, indicator in
                if let goes = own.firstIndex(where: { $0.code == indicator.code }) { return (column, goes) }
                guard own.count + DerivedRow.standings.count < Catalogue.mostIndicators,
                    !DerivedRow.standings.contains(where: { $0.indicator.code == indicator.code })
                else { return nil }
                own.append(indicator)
                return (column, own.count - 1)
            }
        }
        let shape = Shape(
            catalogue: Catalogue(dataset: name.dataset, indicators: DerivedRow.standings.map(\.indicator) + own),
            columns: columns)
        shapes[name] = shape
        return shape
    }
}
