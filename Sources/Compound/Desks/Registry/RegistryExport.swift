import Daemon
import GRDB

/// The registry as a table, door by door, with what a round of the survey says of each. The same table imported again
/// changes nothing: what nobody has said is an empty cell.
struct RegistryExport {
    struct File: Sendable {
        var name: String
        var type: String
        var bytes: [UInt8]
    }
    private let campaign: String
    private let sheet: String
    let header: [String]
    let rows: [[TableCell]]

    init(_ campaign: String, _ text: Messages, _ db: Database) throws {
        self.campaign = campaign
        sheet = text("node.table.sheet")
        header =
            ["building", "stair_unit", "room", "residents", "state", "address"].map { text("node.table.head.\($0)") }
            + ["disposition", "passes"].map { text("node.table.head.\($0)") }
            + PeopleClass.allCases.map { text("node.people.\($0.rawValue)") }
        rows = try Row.fetchAll(
            db,
            sql: """
                SELECT registered_door.*, door.stated, door.address, disposition, people, passes
                FROM registered_door JOIN door USING (code)
                LEFT JOIN survey_door ON survey_door.door = registered_door.code AND campaign = ?
                ORDER BY registered_door.building, registered_door.stair_unit, length(registered_door.room),
                registered_door.room
                """, arguments: [campaign]
        )
        .map { (building: $0["building"] as String, cells: RegistryExport.cells($0, text)) }
        .sorted { BuildingOrder.precedes($0.building, $1.building) }.map(\.cells)
    }

    private static func cells(_ row: Row, _ text: Messages) -> [TableCell] {
        let isStated: Bool = row["stated"]
        let (state, disposition): (String, String?) = (row["state"], row["disposition"])
        let door: [TableCell] = [
            .text(row["building"]), .text(row["stair_unit"]), .text(row["room"]),
            isStated ? .number(row["residents"]) : .unknown,
            isStated ? .text(text("node.table.state.\(state)")) : .unknown,
            (row["address"] as String?).flatMap { $0.isEmpty ? nil : .text($0) } ?? .unknown,
        ]
        let people = ((row["people"] as String?) ?? "").split(separator: ",").map { Int($0) ?? 0 }
        return door + [
            .text(text("node.disposition.\(disposition ?? "unvisited")")), .number(row["passes"] ?? 0),
        ]
            + PeopleClass.allCases.indices.map { people.indices.contains($0) ? .number(people[$0]) : .unknown }
    }

    var csv: File {
        var writer = CSVWriter(header: header, marksByteOrder: true)
        for row in rows { writer.append(row.map(\.text)) }
        return File(name: "registry-\(campaign).csv", type: "text/csv; charset=utf-8", bytes: Array(writer.text.utf8))
    }

    func workbook(in folder: String) throws -> File {
        File(
            name: "registry-\(campaign).xlsx",
            type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            bytes: try WorkbookWriter.bytes(sheet: sheet, header: header, rows: rows, in: folder))
    }
}
