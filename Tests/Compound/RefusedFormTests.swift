import Daemon
import Federation
import Foundation
import Testing

@testable import Compound

/// What is wrong with a form is said in the form's own words; a program reads the name of its field.
@Suite struct RefusedForms {
    /// A word of ASCII letters in a Chinese sentence is a name that only programs know.
    @Test(
        arguments: [
            ("/desk/volunteers/restriction", "volunteer=v01&reason=age", "没有填“不安排”", "name=\"no_survey\""),
            ("/desk/volunteers/need", "task=t&required=abc", "“人数”要填整数：abc", "name=\"required\" aria-invalid"),
            ("/desk/volunteers/need", "task=t&required=", "没有填“人数”", "name=\"required\" aria-invalid"),
            ("/desk/feedback/suggestion", "theme=supplies&text=", "没有填“说了什么”", "name=\"text\" aria-invalid"),
            ("/invites", "person=张勇&hours=2&address=10.0.0.1:80", "没有填“楼栋”", "name=\"b.7\""),
            (
                "/desk/survey/visit", "campaign=c&door=7-1-101&disposition=completed", "缺少人数",
                "<input name=\"tested\" type=\"number\""
            ),
            (
                "/desk/registry/building", "building=8&stair_units=0&floors=2&doors_per_floor=2", "超出范围：0",
                "name=\"stair_units\" aria-invalid"
            ),
        ]) func aPersonReadsTheWordsOfTheForm(_ path: String, _ form: String, _ sentence: String, _ field: String)
        async throws
    {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let page = try await desk.post(form: form, to: path + "?lang=zh-Hans")
            #expect(page.contains(sentence), "\(path) says something else")
            #expect(page.contains(field), "and offers something else")
            let said = try #require(page.firstMatch(of: /id="fault">(.*?)<\/p><p>(.*?)<\/p>/))
            let wire = FieldWords.keys.keys.filter {
                said.output.0.contains(">\($0) ") || said.output.1.contains("“\($0)”")
            }
            #expect(wire.isEmpty && !said.output.2.contains("{"), "\(said.output.1)\(said.output.2)")
        }
    }

    /// Somebody with a restriction: the role is chosen anew among words.
    @Test func aRoleIsChosenAmongWords() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .restriction(901, "v01", [.survey]))
            let page = try await desk.post(
                form: "task=t&volunteer=v01&role=survey&state=filled", to: "/desk/volunteers/fill?lang=zh-Hans")
            #expect(
                page.contains("<select name=\"role\" aria-invalid=\"true\"")
                    && page.contains("value=\"survey\" selected>入户"))
            #expect(page.contains("不安排入户"))
        }
    }

    /// An id stands on no form: there is nothing to correct, and the page says what to do.
    @Test func whatNobodyTypedIsNotOffered() async throws {
        try await CaseDesk.with { desk in
            let form = "id=\(Hex.text(UInt128(5)))&task=\(Fixture.campaign)&required="
            try await desk.send(form: form + "1", to: "/desk/volunteers/need")
            let page = try await desk.post(form: form + "2", to: "/desk/volunteers/need?lang=zh-Hans")
            #expect(page.contains("这一页已经提交过了") && !page.contains("<form class=\"form refused\""))
        }
    }

    @Test func aProgramReadsTheNameOfItsField() async throws {
        try await CaseDesk.with { desk in
            let record =
                "{\"id\":\"\(Hex.text(UInt128(9)))\",\"kind\":\"need\",\"recorder\":\"v\",\"observed_at\":1,\"task\":\"t\"}"
            let refused = try #require(try await desk.send(records: record).body["refused"] as? [[String: Any]])
            #expect(refused[0]["field"] as? String == "required" && refused[0]["message"] as? String == "没有填“人数”")
        }
    }

    /// Every field that a form reads has its words.
    @Test func everyFieldOfAFormHasItsWords() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Compound")
        let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        let hidden: Set = [
            "chain", "device", "day", "directive", "invite", "item", "lift", "line", "need", "side", "unit", "version",
            "visits",
            "with",
        ]
        for case let file as URL in files where file.pathExtension == "swift" && !file.path.contains("/Care") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /form\.(?:code|text|number|choice|door|moment)\("([a-z_]+)"/) {
                let field = String(match.output.1)
                #expect(
                    hidden.contains(field) || FieldWords.keys[field] != nil || PeopleClass(rawValue: field) != nil,
                    "\(field)")
            }
        }
        for language in [Messages.zhHans, .english] {
            for field in FieldWords.keys.keys {
                #expect(FieldWords.label(field, language)?.contains("⟦") == false, "\(field)")
            }
        }
    }
}
