import Daemon
import Federation

@testable import Compound
@testable import District

/// A table as an office hands it in: doors of a compound, divisions of the country.
enum TableBytes {
    static func run(_ bytes: [UInt8]) {
        lines(bytes)
        doors(bytes)
        divisions(bytes)
    }

    static func doors(_ bytes: [UInt8]) {
        let listed = ListedDoors(bytes)
        let households = listed.good.compactMap { $0.household(isListed: true) }
        holds(households.count == listed.good.count, "a good line without a household")
        let told = listed.problems.count
        holds(households.count + told == listed.lines || told == ListedDoors.limit, "a line is neither good nor bad")
        holds(Set(households.map(\.door)).count == households.count, "a door twice")
        holds(households.allSatisfy { (0...200).contains($0.residents) })
    }

    private static func lines(_ bytes: [UInt8]) {
        guard var reader = try? CSVReader(bytes) else { return }
        var last = 0
        var writer = CSVWriter(header: reader.header)
        var records: [[String]] = []
        while let line = reader.next() {
            let number: Int
            switch line {
            case .success(let record):
                holds(record.fields.count == reader.header.count)
                number = record.line
                writer.append(record.fields)
                records.append(record.fields)
            case .failure(let fault): number = fault.line
            }
            holds(number > last, "lines don't ascend")
            last = number
        }
        // A header of one blank name is an empty line, which a reader skips.
        if reader.header != [""] { survives(writer.text, records) }
    }

    /// What the writer writes, the reader reads: every field, but for the apostrophe before what a spreadsheet would run.
    private static func survives(_ text: String, _ records: [[String]]) {
        guard records.count < 64, text.utf8.count < 8192, !records.joined().contains(where: { $0.contains("\0") })
        else {
            return
        }
        guard var reader = try? CSVReader(Array("\u{FEFF}\(text)".utf8)) else { return }
        for record in records where record != [""] {
            guard case .success(let again)? = reader.next() else { fatalError("a written line can't be read") }
            for (old, new) in zip(record, again.fields) {
                holds(
                    old.utf8.elementsEqual(new.utf8) || "'\(old)".utf8.elementsEqual(new.utf8), "a field changed")
            }
        }
    }

    private static func divisions(_ bytes: [UInt8]) {
        guard let edition = DivisionEdition(name: "fuzz", validFrom: "2000-01-01"),
            let rows = try? AdminRoutes.divisionRows(bytes),
            let tree = try? DivisionTree(rows: rows, edition: edition)
        else { return }
        for index in 0..<tree.count {
            holds(tree.path(of: index).last == index && tree.index(of: tree.code(of: index)) == index)
        }
    }
}
