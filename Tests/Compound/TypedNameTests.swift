import Daemon
import Federation
import Testing

@testable import Compound

/// One person typed in two ways is one, two who are typed in one field are two, and what can be either is asked.
@Suite struct TypedNames {
    @Test(
        arguments: [
            ("李 四", ["李四"]), ("李　四", ["李四"]), ("王五 赵六", ["王五", "赵六"]), ("王五、赵六", ["王五", "赵六"]),
            ("王五,赵六；Tom Wang", ["王五", "赵六", "Tom Wang"]), ("Tom Wang", ["Tom Wang"]), ("小 王", ["小王"]),
            ("欧阳 静", ["欧阳静"]), ("李 华", nil), ("陈 张勇", nil), ("'; DROP TABLE door;--", ["'; DROP TABLE door;--"]),
            ("<b>x=1</b>", ["<b>x=1</b>"]),
        ] as [(String, [String]?)])
    func whoStandsInOneField(_ typed: String, _ names: [String]?) async throws {
        #expect(
            SignUpLines.names(typed)?.compactMap { VolunteerName.code($0) }
                == names?.compactMap { VolunteerName.code($0) })
        try await CaseDesk.with { desk in
            let escaped = typed.replacing(";", with: "%3B").replacing("&", with: "%26").replacing("=", with: "%3D")
            let form = "task=\(Fixture.campaign)&volunteer=\(escaped)&state=filled"
            let page = try await desk.post(form: form, to: "/desk/volunteers/sign-up?lang=zh-Hans")
            #expect(try Set(desk.store.board().volunteers.map(VolunteerName.text)) == Set(names ?? []))
            #expect(page.contains("看不出“\(typed)”是一个人还是几个人") == (names == nil))
        }
    }

    @Test func aFieldForOneTakesOne() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900))
            let form = "task=\(Fixture.campaign)&building=7&state=claimed&volunteer="
            let page = try await desk.post(form: form + "王五 赵六", to: "/desk/volunteers/claim?lang=zh-Hans")
            #expect(page.contains("看不出“王五 赵六”") && page.contains("name=\"volunteer\" aria-invalid=\"true\""))
            try await desk.send(form: form + "李 四", to: "/desk/volunteers/claim")
            #expect(try desk.store.board().claims.map { VolunteerName.text($0.volunteer) } == ["李四"])
        }
    }
}
