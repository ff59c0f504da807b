import Daemon
import Foundation
import Testing

@testable import Compound

private let id = "0123456789abcdef0123456789abcdef"
private let who = #""id":"\#(id)","recorder":"v01","observed_at":1649239200"#
private let visit = #""kind":"visit","campaign":"c","door":"7-1-101","disposition":"completed""#
private let building = #""kind":"building","building":"7","stair_units":2,"floors":3,"doors_per_floor":2"#

@Suite struct Intake {
    /// The error of the one record of a body, as `code field`; `ok` for a good one.
    private func check(_ body: String, _ expected: String, _ location: SourceLocation) {
        let found: IntakeError?
        do throws(IntakeError) {
            let items = try RecordReader.read(Array(body.utf8))
            if case .failure(let error)? = items.first?.1 { found = error } else { found = nil }
        } catch { found = error }
        let text = found.map { $0.field.isEmpty ? $0.code.rawValue : "\($0.code.rawValue) \($0.field)" } ?? "ok"
        #expect(text == expected, "\(body.prefix(200))", sourceLocation: location)
    }

    private func check(members: String, _ expected: String, _ location: SourceLocation = #_sourceLocation) {
        check("{\(who),\(members)}", expected, location)
    }

    private func check(body: String, _ expected: String, _ location: SourceLocation = #_sourceLocation) {
        check(body, expected, location)
    }

    @Test func bodies() {
        check(body: "", "not_json")
        check(body: "{", "not_json")
        check(body: String(repeating: "[", count: 600) + String(repeating: "]", count: 600), "too_deep")
        check(body: #"["\#(String(repeating: "[", count: 600))""#, "not_json")
        check(body: #"{"required":1e400}"#, "number_too_large")
        check(body: #"{"note":"1e400"#, "not_json")
        check(body: "7", "not_an_object")
        check(body: "[[]]", "not_an_object")
        check(body: "{}", "field_missing id")
        check(body: "[" + Array(repeating: "{}", count: 2001).joined(separator: ",") + "]", "too_many")
        #expect(throws: IntakeError(.notUTF8)) { try RecordReader.read([0x7b, 0xff, 0x7d]) }
    }

    @Test func whatEveryRecordHas() {
        check(members: "\(visit),\"people\":{\"tested\":1}", "ok")
        check(members: #""kind":"nonsense""#, "kind_unknown kind")
        check(members: #""kind":7"#, "field_wrong_type kind")
        check(body: #"{"kind":"need","task":"t","required":1,"recorder":"v","observed_at":0}"#, "field_missing id")
        for bad in ["x", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef"] {
            check(
                body: #"{"id":"\#(bad)","kind":"need","task":"t","required":1,"recorder":"v","observed_at":0}"#,
                "id_invalid id")
        }
        let rest = #""id":"\#(id)","kind":"need","task":"t","required":1"#
        check(body: "{\(rest),\"observed_at\":0}", "field_missing recorder")
        check(body: "{\(rest),\"observed_at\":0,\"recorder\":\"\"}", "field_out_of_range recorder")
        check(body: "{\(rest),\"observed_at\":0,\"recorder\":\"张勇\"}", "not_a_code recorder")
        check(body: "{\(rest),\"recorder\":\"v\"}", "field_missing observed_at")
        check(body: "{\(rest),\"recorder\":\"v\",\"observed_at\":\"noon\"}", "field_wrong_type observed_at")
        check(body: "{\(rest),\"recorder\":\"v\",\"observed_at\":-1}", "field_out_of_range observed_at")
        check(body: "{\(rest),\"recorder\":\"v\",\"observed_at\":4000000000}", "ok")
        check(body: "{\(rest),\"recorder\":\"v\",\"observed_at\":0,\"device\":7}", "field_wrong_type device")
        check(
            body: "{\(rest),\"recorder\":\"v\",\"observed_at\":0,\"supersedes\":\"\(id)\"}",
            "field_wrong_type supersedes")
        check(body: "{\(rest),\"recorder\":\"v\",\"observed_at\":0,\"supersedes\":[\"x\"]}", "id_invalid supersedes")
        check(
            body: "{\(rest),\"recorder\":\"v\",\"observed_at\":0,\"supersedes\":[\"\(id)\"]}", "id_invalid supersedes")
    }

    @Test func buildings() {
        check(members: building, "ok")
        check(members: building.replacing(#""7""#, with: #""7-1""#), "not_a_code building")
        check(members: building.replacing(":2", with: ":0"), "field_out_of_range stair_units")
        check(members: building.replacing(":3", with: ":100"), "field_out_of_range floors")
        check(members: building.replacing(":3", with: ":null"), "field_missing floors")
        check(members: building.replacing(":3", with: ":1e400"), "number_too_large")
    }

    @Test func households() {
        let household = #""kind":"household","door":"7-1-101","residents":3,"state":"occupied""#
        check(members: household, "ok")
        check(members: household.replacing("3", with: "-1"), "field_out_of_range residents")
        check(members: household.replacing("3", with: "201"), "field_out_of_range residents")
        check(members: household.replacing("occupied", with: "haunted"), "state_unknown state")
        check(members: household.replacing("7-1-101", with: "7-1"), "not_a_code door")
    }

    @Test func visits() {
        // Completed, and nobody told: those who are registered there would be in no class.
        for nobody in ["", ",\"people\":{}", ",\"people\":{\"tested\":0}"] {
            check(members: visit + nobody, "people_missing people")
        }
        for number in ["-1", "201", "1000000001", "9223372036854775808"] {
            check(members: "\(visit),\"people\":{\"tested\":\(number)}", "field_out_of_range tested")
        }
        for value in ["2.5", "true", "\"2\"", "[]"] {
            check(members: "\(visit),\"people\":{\"tested\":\(value)}", "field_wrong_type tested")
        }
        check(members: "\(visit),\"people\":{\"healthy\":1}", "people_class_unknown people.healthy")
        check(members: "\(visit),\"people\":[1]", "field_wrong_type people")
        check(
            members: visit.replacing("completed", with: "refused") + #","people":{"tested":1}"#,
            "people_not_expected people")
        check(members: visit.replacing("completed", with: "asleep"), "disposition_unknown disposition")
        check(
            members: visit.replacing("completed", with: "refused") + #","evidence":"dream""#,
            "evidence_unknown evidence")
        check(members: "\(visit.replacing("\"c\"", with: "\"a b\"")),\"people\":{\"tested\":1}", "not_a_code campaign")
    }

    @Test func volunteers() {
        check(members: #""kind":"need","task":"t","required":100001"#, "field_out_of_range required")
        check(members: #""kind":"fill","task":"t","volunteer":"v01","state":"filled""#, "ok")
        check(members: #""kind":"fill","task":"t","volunteer":"v01","state":"claimed""#, "state_unknown state")
        check(members: #""kind":"claim","task":"t","building":"7","volunteer":"v01","state":"done""#, "ok")
        check(members: #""kind":"claim","task":"t","volunteer":"v01","state":"done""#, "field_missing building")
    }

    /// What is wrong and what to do, in both languages, for every code there is.
    @Test(arguments: IntakeError.Code.allCases) func everyErrorHasItsWords(_ code: IntakeError.Code) {
        let error = IntakeError(code, field: "f", value: "v")
        for language in Language.allCases {
            let messages = Messages.of(language)
            #expect(!error.text(messages).contains("⟦") && !error.hint(messages).contains("⟦"))
        }
    }
}
