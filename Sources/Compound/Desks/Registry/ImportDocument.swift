package import Daemon

/// The report as programs read it, its words in the caller's language.
package struct ImportDocument: Codable, Sendable {
    package struct Problem: Codable, Sendable {
        /// Empty where the table has no sheets.
        package var sheet: String
        package var line: Int
        package var code: String
        package var message: String
        package var hint: String
    }
    package struct Sheet: Codable, Sendable {
        package var name: String
        package var lines: Int
        /// Why it was left out; empty where it was read.
        package var skipped: String
    }
    package struct Doors: Codable, Sendable {
        package var count: Int
        /// The first 20.
        package var doors: [String]
    }
    package struct NewBuilding: Codable, Sendable {
        package var building: String
        package var doors: Int
    }
    package struct Corrected: Codable, Sendable {
        package var door: String
        /// What the table says.
        package var residents: Int
        package var state: String
        /// What stands; null where the door was taken out of the registry.
        @Null package var standingResidents: Int?
        @Null package var standingState: String?
        package var recorder: String
        package var at: Int64
        /// The table was chosen to count.
        package var overruled: Bool
    }
    package struct Column: Codable, Sendable {
        package var name: String
        /// `building`, `stair_unit`, `room`, `door`, `residents`, `state`, `address`; empty where it was left alone.
        package var role: String
    }
    package var fault: Problem?
    /// Of a workbook; empty for text.
    package var sheets: [Sheet]
    /// Of each head that was found.
    package var columns: [[Column]]
    package var lines: Int
    package var good: Int
    package var refused: Int
    package var unchanged: Int
    /// Lines that are written, or would be: doors that the registry hasn't, and those of which it says something else.
    package var new: Int
    package var changed: Int
    /// Lines that are left alone, since a person has said something else since.
    package var kept: Int
    package var applied: Bool
    /// Buildings that the registry hasn't: the first 100.
    package var newBuildings: [NewBuilding]
    /// Doors that it hasn't, of buildings that it has.
    package var newDoors: Doors
    /// The first 100 of the lines that differ from what a person has said.
    package var corrections: [Corrected]
    /// Doors of the named buildings that the table doesn't name and that are no doors any more once it is taken.
    package var going: Doors
    /// … and those that stay, because somebody stated or visited them.
    package var staying: Doors
    /// Doors that two households of the table replace …
    package var replaced: Doors
    /// … and those that count beside the households that it names.
    package var shared: Doors
    /// The first 1,000 in the order of their lines; `refused` counts all.
    package var problems: [Problem]
    /// Refused lines that `problems` doesn't list.
    package var unlisted: Int

    init(_ report: ImportReport, _ text: Messages) {
        func problem(_ problem: ImportProblem) -> Problem {
            Problem(
                sheet: problem.sheet, line: problem.line, code: problem.code, message: problem.message(text),
                hint: problem.hint(text))
        }
        func doors(_ part: UnnamedDoors.Part) -> Doors { Doors(count: part.count, doors: part.first) }
        fault = report.fault.map(problem)
        sheets = report.sheets.filter { !$0.name.isEmpty }
            .map { Sheet(name: $0.name, lines: $0.lines, skipped: $0.skipped?.code ?? "") }
        columns = report.heads.map { zip($0.fields, $0.roles).map { Column(name: $0, role: $1?.rawValue ?? "") } }
        (lines, good, refused) = (report.lines, report.good, report.lines - report.good)
        (unchanged, applied) = (report.listing.unchanged, report.applied)
        (new, changed, kept) = (report.listing.new, report.listing.changed, report.listing.kept)
        newBuildings = report.novelty.first.map { NewBuilding(building: $0.code, doors: $0.doors) }
        newDoors = doors(report.novelty.doors)
        corrections = report.listing.corrections.map(Corrected.init)
        (going, staying) = (doors(report.unnamed.going), doors(report.unnamed.staying))
        (replaced, shared) = (doors(report.shared.going), doors(report.shared.staying))
        problems = report.problems.map(problem)
        unlisted = report.lines - report.good - report.problems.count
    }
}

extension ImportDocument.Corrected {
    fileprivate init(_ correction: Correction) {
        self.init(
            door: correction.door, residents: correction.residents, state: correction.state, standingResidents: nil,
            standingState: nil, recorder: correction.recorder, at: correction.at, overruled: correction.isOverruled)
        guard case .household(let residents, let state) = correction.standing else { return }
        (standingResidents, standingState) = (residents, state)
    }
}
