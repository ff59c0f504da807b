import Coverage
import Federation

/// Which columns of each catalogue are a measure's denominator: found once, for units by the ten thousand.
struct DueColumns {
    private let isDue: [[Bool]]

    init(_ measure: Measure, _ shelf: CatalogueShelf) {
        isDue = shelf.catalogues.map { catalogue in
            guard catalogue.dataset.text == measure.dataset else { return [] }
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
    /// Units of a place that aren't known and whose last report is above their ceiling: whatever is due there now, it isn't
    /// bounded by that.
    func outgrown(_ place: Int, _ measure: Measure, _ period: Code) -> Int {
        let totals = cut(measure.dataset, period)
        // Where none has a last report, as on a good evening, no unit is looked at.
        guard let dataset = Code(measure.dataset),
            Standing.allCases.contains(where: { $0.hasLast && totals.number(of: $0, at: place) > 0 })
        else { return 0 }
        let (cut, due) = (Cut(dataset: dataset, period: period), DueColumns(measure, rollup.shelf))
        return rollup.tree.units(below: place).count { unit in
            guard totals.standings[unit].hasLast, let ceiling = rollup.tree.units[unit].ceiling(measure.base),
                let block = block(unit, cut)
            else { return false }
            return due.sum(block) > ceiling
        }
    }
}

extension PlaceTree.Unit {
    func ceiling(_ base: Measure.Base) -> Int64? {
        switch base {
        case .households: households
        case .residents: residents
        case .volunteers, .buildings, .requests: nil
        }
    }

    func registered(_ base: Measure.Base) -> Int64? {
        switch base {
        case .households: registered.households
        case .residents: registered.residents
        case .volunteers, .buildings, .requests: nil
        }
    }
}
