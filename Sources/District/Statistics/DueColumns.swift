import Coverage
import Federation

/// Which columns of each catalogue are a measure's denominator: found once, for units by the ten thousand.
struct DueColumns {
    private let isDue: [[Bool]]

    init(_ measure: Measure, _ shelf: CatalogueShelf) {
        isDue = shelf.catalogues.map { catalogue in
            let own = DerivedRow.own(catalogue)
            return catalogue.indicators.indices.map {
                own.indices.contains($0) && measure.denominator.contains(catalogue.indicators[$0].code.text)
            }
        }
    }

    func sum(_ block: RowBlock) -> Int64 {
        var sum: Int64 = 0
        block.forEach { catalogue, column, count in
            if column < isDue[catalogue].count, isDue[catalogue][column] { sum += count.known ?? 0 }
        }
        return sum
    }
}

extension Picture {
    /// Units that aren't known and whose last report is above their ceiling: whatever is due there now, it isn't bounded by that.
    ///
    /// - Parameter units: where it is looked for.
    func outgrown(_ units: some Sequence<Int>, _ measure: Measure, _ period: Code) -> Int {
        guard let dataset = Code(measure.dataset) else { return 0 }
        let (cut, totals) = (Cut(dataset: dataset, period: period), cut(measure.dataset, period))
        let due = DueColumns(measure, rollup.shelf)
        return units.count { unit in
            guard totals.standings[unit].hasLast, let ceiling = rollup.tree.units[unit].ceiling(measure.base),
                let block = block(unit, cut)
            else { return false }
            return due.sum(block) > ceiling
        }
    }
}

extension PlaceTree.Unit {
    func ceiling(_ base: Measure.Base) -> Int64? { base == .households ? households : residents }
}
