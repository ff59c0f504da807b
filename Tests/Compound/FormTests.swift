import Daemon
import Federation
import Testing

@testable import Compound

/// A form obeys the rules that JSON obeys.
@Suite struct FormIntake {
    private func read(_ kind: any RecordContent.Type, _ text: String) throws -> Record {
        let form = try #require(Form(Array(text.utf8)))
        return try FormReader.record(kind, form, now: 1_649_242_800, draw: 9)
    }

    private func refusal(_ kind: any RecordContent.Type, _ text: String) -> IntakeError.Code? {
        do { _ = try read(kind, text) } catch { return (error as? IntakeError)?.code }
        return nil
    }

    @Test func aVisit() throws {
        let record = try read(
            Record.Visit.self, "campaign=c&door=7-1-101&disposition=completed&tested=2&absent=0&recorder=v01")
        let visit = try #require(record.content as? Record.Visit)
        #expect(visit.people == [.tested: 2, .absent: 0] && visit.evidence == .door && record.recorder.text == "v01")
        #expect(record.id == 9 && record.observedAt == 1_649_242_800)
    }

    @Test func aRecordCannotTakeItselfBack() {
        let id = String(repeating: "0", count: 31) + "7"
        #expect(refusal(Record.Need.self, "task=t&required=1&id=\(id)&supersedes=\(id)") == .idInvalid)
        #expect(refusal(Record.Need.self, "task=t&required=1&supersedes=\(id)") == nil)
    }

    @Test func oneFormTakesBackSoManyAnswersAndNoMore() {
        let ids = (1...65).map { Hex.text(UInt128($0) << 8) }
        #expect(
            refusal(Record.Need.self, "task=t&required=1&supersedes=\(ids.dropLast().joined(separator: ","))") == nil)
        #expect(refusal(Record.Need.self, "task=t&required=1&supersedes=\(ids.joined(separator: ","))") == .idInvalid)
    }

    @Test func aLabelIsAsShortAsInJSON() {
        let building = "building=7&stair_units=2&floors=3&doors_per_floor=2&label="
        #expect(refusal(Record.Building.self, building + String(repeating: "x", count: 40)) == nil)
        #expect(refusal(Record.Building.self, building + String(repeating: "x", count: 41)) == .fieldOutOfRange)
    }

    @Test func aStateThatNobodyKnowsIsNotTakenForAnother() {
        #expect(refusal(Record.Answer.self, "task=t&volunteer=v&state=maybe") == .stateUnknown)
        #expect(refusal(Record.BuildingClaim.self, "task=t&volunteer=v&building=7&state=maybe") == .stateUnknown)
        #expect(refusal(Record.Household.self, "door=7-1-101&residents=1") == .stateUnknown)
    }
}
