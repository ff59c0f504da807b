import Federation
import Wire

/// Who holds a directive in its last version, and where a person has read it: from the units' own rows.
struct DirectiveReading: Sendable {
    enum State: String, Sendable, CaseIterable {
        /// No row of it came: the node doesn't hold it, or couldn't say so.
        case missing
        /// The node shows it; nobody there has said that he read it.
        case received
        case acknowledged
    }

    struct Line: Sendable {
        var unit: Int
        var state: State
        /// Seconds since 1970: of the publication, or of the node's row by its own clock; nil where a relay speaks for it.
        var since: Int64?
    }

    let directive: Directive
    let lines: [Line]

    /// - Parameter among: units that are looked at; all of them without it.
    init(_ directive: Directive, _ picture: Picture, among units: [Int]? = nil) {
        self.directive = directive
        let tree = picture.rollup.tree
        let cut = directive.period.map { Cut(dataset: Directive.dataset, period: $0) }
        let told = (units ?? Array(tree.units.indices)).filter {
            tree.isCounted($0) && Audience($0, tree).told(directive) != nil
        }
        lines = told.map { unit in
            let row = cut.flatMap { picture.block(unit, $0) }?.entries.first
            return DirectiveReading.line(unit, row, directive, picture)
        }
    }

    private static func line(
        _ unit: Int, _ row: RowBlock.Entry?, _ directive: Directive, _ picture: Picture
    ) -> Line {
        guard let row, count("received", row, picture) > 0 else {
            return Line(unit: unit, state: .missing, since: directive.at)
        }
        return Line(
            unit: unit, state: count("acknowledged", row, picture) > 0 ? .acknowledged : .received,
            since: picture.rollup.tree.isRelayed(unit) ? nil : row.asOf)
    }

    private static func count(_ name: StaticString, _ row: RowBlock.Entry, _ picture: Picture) -> Int64 {
        guard let place = picture.rollup.shelf[row.catalogue].place(of: Code(literal: name)),
            row.counts.indices.contains(place)
        else { return 0 }
        return row.counts[place].known ?? 0
    }

    func count(_ state: State) -> Int { lines.count { $0.state == state } }

    /// Those that need somebody first.
    var inOrder: [Line] {
        let order = State.allCases
        return lines.sorted {
            (order.firstIndex(of: $0.state) ?? 0, $0.unit) < (order.firstIndex(of: $1.state) ?? 0, $1.unit)
        }
    }
}
