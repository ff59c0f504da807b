import Daemon
import Federation

/// A district's own table, filled from the same figures as everything else: entered once, every report derived.
///
/// The template is a table, text or workbook. `{{name}}` stands for a column of `GET /v1/stats.csv`; a line with
/// `{{each community}}` is written once for every place of that level, every other line once for the place that was
/// asked for. What isn't known is left empty, as there.
struct FilledForm {
    private let asked: Asked
    private let columns: [String: StatsCSV.Column]

    init(_ asked: Asked) {
        self.asked = asked
        columns = Dictionary(uniqueKeysWithValues: StatsCSV.columns.map { ($0.name, $0) })
    }

    func encoded(_ template: [UInt8]) throws -> [UInt8] {
        let lines = try FilledForm.lines(template)
        var filled: [[CSVWriter.Field]] = []
        for (number, cells) in lines {
            let places = try spots(cells, line: number)
            guard filled.count + places.count <= Asked.mostPlaces else {
                throw FilledForm.wrong(number, "the table grows past \(Asked.mostPlaces) lines")
            }
            for spot in places {
                let place = ReportedPlace(spot, in: asked)
                filled.append(try cells.map { try fill($0, place, line: number) })
            }
        }
        return Array(CSVWriter.table(filled, marksByteOrder: true).utf8)
    }

    private static func lines(_ template: [UInt8]) throws -> [(number: Int, cells: [String])] {
        do {
            guard let sheet = try TableFile.sheets(template).first(where: { !$0.isHidden }) else {
                throw wrong(1, "the workbook has no sheet that is shown")
            }
            let reader = try CSVReader(sheet.text, mayRepeatNames: true)
            return try [(reader.headerLine, reader.header)] + reader.map { try ($0.get().line, $0.get().fields) }
        } catch let fault as CSVFault {
            throw wrong(fault.line, "\(fault.message); \(fault.hint)")
        } catch let fault as WorkbookFault {
            throw wrong(1, "\(fault.message(.english)); \(fault.hint(.english))")
        }
    }

    /// The places that a line is written for.
    private func spots(_ cells: [String], line: Int) throws -> [Spot] {
        let marked = cells.filter { $0.contains("{{") && $0.utf8.count <= FilledForm.longest }
        let levels = marked.flatMap { $0.matches(of: FilledForm.mark).compactMap { FilledForm.level(String($0.1)) } }
        guard let level = levels.first else { return [asked.subject] }
        guard levels.count == 1, StatsSelection.levels.contains(level) else {
            let known = StatsSelection.levels.joined(separator: ", ")
            throw FilledForm.wrong(line, "one {{each LEVEL}} in a line, LEVEL one of \(known)")
        }
        return asked.picture.spots(below: asked.subject, level: level)
    }

    /// What the district wrote stays as it is, formulas too; what is filled in must never become one.
    private func fill(_ cell: String, _ place: ReportedPlace, line: Int) throws -> CSVWriter.Field {
        guard cell.contains("{{") else { return .own(cell) }
        guard cell.utf8.count <= FilledForm.longest else {
            throw FilledForm.wrong(line, "a cell with {{…}} may have \(FilledForm.longest) bytes")
        }
        return try .others(filled(cell, place, line: line))
    }

    private static let longest = 1000

    private func filled(_ cell: String, _ place: ReportedPlace, line: Int) throws -> String {
        try cell.replacing(FilledForm.mark) { found in
            let name = String(found.1)
            if FilledForm.level(name) != nil { return "" }
            guard let column = columns[name] else {
                throw FilledForm.wrong(line, "{{\(name.prefix(64))}} is no column of /v1/stats.csv")
            }
            return column.text(place, asked)
        }
    }

    private static func level(_ name: String) -> String? {
        name.hasPrefix("each ") ? String(name.dropFirst(5)) : nil
    }

    private static var mark: Regex<(Substring, Substring)> { /\{\{ *([^{}]*[^{} ]) *\}\}/ }

    private static func wrong(_ line: Int, _ hint: String) -> StatsProblem {
        StatsProblem(status: 422, error: "template_unreadable", parameter: "template", hint: "line \(line): \(hint)")
    }
}
