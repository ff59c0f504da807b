import Coverage
import Daemon

/// A release as a table: a row for each place, then one for each set beside the tree, with its kind as level. What is hidden is an empty cell, named in the column `hidden`; zero is `0`.
enum ReleaseCSV {
    private static let head = [
        "release", "as_of", "division_edition", "level", "code", "name", "parent", "units.expected", "units.heard",
    ]
    private static let parts = [
        "rule_version", "done", "missing", "due", "rate [%]", "lower [%]", "upper [%]", "no_bound", "missing_at_least",
        "missing_at_most", "uncounted_at_most", "hidden",
    ]

    static func encoded(_ document: ReleaseDocument) -> [UInt8] {
        let columns = document.measures.flatMap { rule in parts.map { "\(rule.measure).\($0)" } }
        var table = CSVWriter(header: head + columns, marksByteOrder: true)
        for place in document.places + (document.overlays ?? []).map(\.figures) {
            table.append(lead(document, place) + document.measures.flatMap { cells(place, $0) })
        }
        return Array(table.text.utf8)
    }

    private static func lead(_ document: ReleaseDocument, _ place: ReleaseDocument.Place) -> [String] {
        [
            document.id, ZonedTime.text(document.as_of), document.division_edition ?? "", place.level, place.code,
            place.name, place.parent ?? "", "\(place.units_expected)", place.units_heard.rawValue,
        ]
    }

    private static func cells(_ place: ReleaseDocument.Place, _ rule: ReleaseDocument.Rule) -> [String] {
        func count(_ value: Int64?) -> String { value.map { "\($0)" } ?? "" }
        func percent(_ permille: Int64?) -> String { permille.map(Ratio.percent) ?? "" }
        guard let figure = place.measures.first(where: { $0.measure == rule.measure }) else {
            return ["\(rule.rule_version)"] + Array(repeating: "", count: parts.count - 2)
                + [rule.withheld?.rawValue ?? ""]
        }
        return [
            "\(rule.rule_version)", count(figure.done), count(figure.missing), count(figure.due),
            percent(figure.rate_permille), percent(figure.lower_permille), percent(figure.upper_permille),
            figure.no_bound ?? "", count(figure.missing_at_least), count(figure.missing_at_most),
            count(figure.uncounted_at_most), figure.hidden.joined(separator: " "),
        ]
    }
}
