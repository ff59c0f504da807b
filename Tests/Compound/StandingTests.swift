import Daemon
import Federation
import Sync
import Synchronization
import Testing

@testable import Compound

/// The head of every page: nothing is green while a report would be refused or isn't counted.
@Suite struct TheHeadOfAPage {
    private static let parent = Incarnation(value: 77)

    /// Everything is delivered; then the district issues another token.
    @Test func aRefusedLinkIsSaidWhereNothingWaits() async throws {
        try await CaseDesk.with { desk in
            try desk.store.acknowledge(try desk.store.position(), epoch: nil, parent: Self.parent)
            desk.store.report(LinkStanding(role: .active))
            try await desk.expect(on: "/survey", zh: "● 全部已送达 23:33", en: "● Everything delivered, 23:33")
            desk.fixture.clock.now += 60
            desk.store.report(LinkStanding(role: .active, trouble: .unauthorized("token_unknown")))
            desk.fixture.clock.now += 600
            desk.store.report(LinkStanding(role: .active, trouble: .unauthorized("token_unknown")))
            try await desk.expect(
                on: "/survey", zh: "◐ 已送达至 23:33 · 自 23:34 上报失败 · 接入口令不对，请核对接入单",
                en: "◐ Delivered up to 23:33 · reports fail since 23:34 · the token is wrong: check the enrolment slip")
            #expect(try await !desk.page("/survey", .zhHans).contains("●"))
            #expect(try desk.store.status().becauseSince == desk.fixture.clock.now - 600)
            desk.store.report(LinkStanding(role: .active))
            try await desk.expect(on: "/survey", .zhHans, "● 全部已送达 23:33")
        }
    }

    @Test func whatIsDeliveredAndNotCountedIsNotGreen() async throws {
        try await CaseDesk.with { desk in
            try desk.store.acknowledge(try desk.store.position(), epoch: nil, parent: Self.parent)
            desk.store.report(LinkStanding(role: .shadow))
            try await desk.expect(
                on: "/survey", zh: "重复节点（未计入）：请联系区里核实 · 自 23:33",
                en: "Shadow copy, not counted: ask the district to settle it · since 23:33")
            #expect(try await !desk.page("/survey", .zhHans).contains("●"))
        }
    }

    @Test func aNodeThatNeverGotThroughSaysWhy() async throws {
        try await CaseDesk.with { desk in
            desk.store.report(LinkStanding(trouble: .unreachable("no route")))
            try await desk.expect(
                on: "/survey", zh: "尚未送达任何数据 · 自 23:33 · 连不上汇总服务器",
                en: "Nothing delivered yet · since 23:33 · the aggregator can't be reached")
        }
    }

    /// An open page takes over one element, so every line has to stand in it.
    @Test func everyLineStandsInTheElementThatIsRefreshed() async throws {
        try await CaseDesk.with { desk in
            desk.store.diskTrouble.withLock { $0 = .diskFull }
            desk.store.report(LinkStanding(role: .disputed))
            let page = try await desk.page("/survey", .zhHans)
            let element = try #require(page.firstMatch(of: /<section id="standing"[^>]*>(.*?)<\/section>/)).output.1
            #expect(element.matches(of: /class="standing/).count == 3)
            #expect(page.matches(of: /class="standing/).count == 3)
        }
    }
}
