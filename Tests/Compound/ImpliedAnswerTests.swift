import Daemon
import Federation
import Testing

@testable import Compound

/// Whoever takes a building on a page answers the call along with it: once, and with the claim or not at all.
@Suite struct ImpliedAnswers {
    private static func claim(_ id: UInt128, _ who: String, _ building: String = "7") -> String {
        "id=\(Hex.text(id))&task=\(Fixture.campaign)&building=\(building)&volunteer=\(who)&state=claimed"
    }
    private static let path = "/desk/volunteers/claim"

    /// The form comes a second time: a slow network, a page that is loaded again.
    @Test func aRepeatedFormFillsNobodyAgain() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 2))
            try await desk.send(form: Self.claim(1, "v01"), to: Self.path)
            #expect(try desk.store.board().volunteers == ["v01"])
            try await desk.send(
                form: "task=\(Fixture.campaign)&volunteer=v01&state=withdrawn", to: "/desk/volunteers/fill")
            try await desk.send(form: Self.claim(1, "v01"), to: Self.path)
            #expect(try desk.store.board().volunteers.isEmpty, "he isn't coming")
            #expect(try desk.store.verify().found == [])
        }
    }

    @Test func thePageCarriesTheId() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 2))
            let page = try await desk.page("/volunteers", .zhHans)
            let form = try #require(page.firstMatch(of: /<form[^>]*volunteers\/claim[^>]*><h2>[^§]*?<\/form>/)).output
            #expect(form.contains(/name="id" value="[0-9a-f]{32}"/))
        }
    }

    /// Two copies of a node that get the same form say the same, and are one once they meet.
    @Test func theAnswersIdFollowsFromTheClaims() throws {
        let records = try (0..<2).map { _ in
            try Fixture.withStore { store in
                try store.take(.building(900))
                try store.record(form: .claim(1, "7", "v01"))
                return try store.value("SELECT hex(id) FROM observation WHERE field = 'fill/v01'") as String?
            }
        }
        #expect(records[0] != nil && records[0] == records[1])
    }

    /// What is said along with a claim is refused: then the claim isn't there either.
    @Test func aRefusedClaimSaysNothing() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 2))
            #expect(try await desk.post(form: Self.claim(1, "v01", "9"), to: Self.path).contains("9"))
            #expect(try desk.store.board().volunteers.isEmpty && desk.store.board().claims.isEmpty)
        }
    }
}
