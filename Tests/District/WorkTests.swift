import Coverage
import Daemon
import Federation
import Foundation
import Testing

@testable import District

/// The work list follows from the picture: an item comes with its cause and goes with it, and an officer's word
/// answers it as long as it doesn't get worse.
@Suite struct WorkTests {
    private typealias District = BookDistrict

    private static func items(_ district: inout District) -> [WorkItem] {
        _ = district.sweptFigures
        return district.picture.work(District.campaign)
    }

    private static func kinds(_ district: inout District) -> [String] { items(&district).map(\.matter.kind.rawValue) }

    private static func note(_ item: WorkItem, at: Int64 = 1) -> WorkNote {
        WorkNote(key: item.key, extent: item.extent, at: at, reason: "线路抢修", officer: "李四")
    }

    @Test func whoWasNeverHeardIsOnTheListAndGoesWithItsFirstRows() throws {
        try District.with { district in
            #expect(
                Self.items(&district).map(\.key)
                    == [District.unit, District.other].map { "unheard/\($0)/\(District.campaign)" })
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            #expect(Self.items(&district).map(\.unit) == [District.other])
            district.now = 10 * District.minute
            let stale = try #require(Self.items(&district).first { $0.unit == District.unit })
            #expect(stale.matter == .unheard(state: "stale") && stale.since == CaseDistrict.evening)
            #expect(stale.households == 100, "what may be missing is the registered ceiling")
        }
    }

    @Test func aCountIsSaidAgainOnlyWhereItTookLong() throws {
        try District.with { district in
            let (quick, slow) = (OpenWork(quick: .seconds(60)), OpenWork(quick: .zero, times: 1_000_000_000))
            for count in [quick, slow] { #expect(count.count(district.picture, District.campaign, below: 0) == 2) }
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            var later = district.picture
            later.number += 1
            #expect(quick.count(later, District.campaign, below: 0) == 1)
            #expect(slow.count(later, District.campaign, below: 0) == 2, "a large city's stands for a while")
        }
    }

    @Test func aWordAnswersAnItemUntilItHappensAnew() throws {
        try District.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            district.now = 10 * District.minute
            let stale = try #require(Self.items(&district).first { $0.unit == District.unit })
            let before = district.sweptFigures.measures[0].figure
            #expect(try district.perform(.note(Self.note(stale))) == .noted)
            let items = Self.items(&district)
            #expect(items.last?.unit == District.unit && items.last?.note?.officer == "李四", "in hand comes last")
            #expect(district.sweptFigures.measures[0].figure == before, "a word changes no figure")
            try district.restart()
            district.now = 10 * District.minute
            #expect(Self.items(&district).last?.note?.reason == "线路抢修", "durable")
            try district.hear(node.push(from: node.position))
            #expect(!Self.items(&district).contains { $0.unit == District.unit })
            district.now += 10 * District.minute
            #expect(Self.items(&district).first { $0.unit == District.unit }?.note == nil, "silent anew, open anew")
        }
    }

    /// A node that is connected and hasn't sent anything of the round is heard every minute.
    @Test func aWordAnswersWhoeverSpeaksWithoutSayingAnything() throws {
        try District.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 1, unvisited: 1, in: Code(literal: "another"))
            try district.hear(node.push(from: nil))
            district.now = 10
            let silent = try #require(Self.items(&district).first { $0.unit == District.unit })
            #expect(silent.matter == .unheard(state: "silent"))
            try district.perform(.note(Self.note(silent)))
            district.now = District.minute
            try district.hear(node.push(from: node.position))
            #expect(Self.items(&district).first { $0.key == silent.key }?.note?.officer == "李四")
            district.now += 20 * District.minute
            let stale = try #require(Self.items(&district).first { $0.key == silent.key })
            #expect(stale.matter == .unheard(state: "stale") && stale.note == nil, "worse than what was answered")
        }
    }

    @Test func moreThanIsRegisteredIsFlaggedAndAWordHoldsUntilItGrows() throws {
        try District.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 60, unvisited: 40)
            try district.hear(node.push(from: nil))
            #expect(!Self.kinds(&district).contains("above_due"), "the ceiling itself is no excess")
            var from = node.position
            node.count("8", completed: 0, unvisited: 1)
            try district.hear(node.push(from: from))
            let item = try #require(Self.items(&district).first { $0.matter.kind == .aboveDue })
            #expect(
                item.matter
                    == .aboveDue(Excess(reported: 101, registered: 100, ceiling: 100), measure: "survey.completion"))
            try district.perform(.note(Self.note(item)))
            #expect(Self.items(&district).first { $0.key == item.key }?.note != nil)
            from = node.position
            node.count("8", completed: 1, unvisited: 1)
            try district.hear(node.push(from: from))
            #expect(Self.items(&district).first { $0.key == item.key }?.note == nil, "102 is more than was answered")
        }
    }

    /// The copied node that waits, then the receipt of the takeover, then the dispute when the deposed speaks.
    @Test func copiesReceiptsAndDisputesAreListedWithWhatMayBeChosen() throws {
        try District.with { district in
            var old = CaseNode(1)
            old.count("3", completed: 21, unvisited: 9)
            var restored = CaseNode(2)
            restored.count("3", completed: 1, unvisited: 29)
            try district.hear(old.push(from: nil))
            district.now += District.minute
            try district.hear(restored.push(from: nil))
            let shadow = try #require(Self.items(&district).first { $0.matter.kind == .shadow })
            #expect(shadow.choices(.adopt) == ["\(restored.incarnation)"] && shadow.choices(.count).isEmpty)
            district.now += 6 * District.minute
            try district.hear(restored.push(from: restored.position))
            let receipt = try #require(Self.items(&district).first { $0.matter.kind == .receipt })
            #expect(WorkWords.text(receipt, asOf: district.wall, .zhHans).contains("20 户"))
            #expect(!Self.kinds(&district).contains("shadow"), "a deposed life waits for nothing")
            try district.hear(old.push(from: old.position))
            let dispute = try #require(Self.items(&district).first)
            #expect(dispute.matter == .dispute([restored.incarnation, old.incarnation]))
            #expect(Set(dispute.choices(.retire)) == Set([old, restored].map { "\($0.incarnation)" }))
            #expect(try district.perform(.retire(district.word(old), unit: District.unit)) == .found(true))
            #expect(!Self.kinds(&district).contains("dispute"))
        }
    }

    @Test func aCallThatDiffersFromTheNodeIsListedAndOneThatDoesNotIsNot() throws {
        try District.with { district in
            for (done, listed) in [(30, false), (31, true)] as [(Int64, Bool)] {
                var node = CaseNode(UInt128(done))
                node.count("7", completed: 30, unvisited: 50)
                let call = PhoneIn(
                    at: district.wall, unit: done == 30 ? District.unit : District.other, campaign: District.campaign,
                    counts: PhoneIn.Counts(done: done, due: 80, tested: 0, residents: 0), caller: "王主任",
                    officer: "李四")
                try district.perform(.phoneIn(call))
                try district.hear(node.push(from: nil), of: call.unit)
                #expect(Self.items(&district).contains { $0.matter.kind == .returned } == listed)
            }
        }
    }

    @Test func aRuleIsAChangeOnlyWhereAnotherWasInForceBefore() throws {
        try District.with { district in
            #expect(try district.registry.rules([Measure.completion], at: 5).changes.isEmpty)
            var next = Measure.completion
            next.version += 1
            let rules = try district.registry.rules([next], at: 9)
            #expect(rules.changes == [RuleVersion(measure: next.code, version: next.version, since: 9)])
            #expect(try district.registry.rules([next], at: 12) == rules, "since it was first in force")
            var picture = district.picture
            picture.rules = rules
            #expect(picture.work(nil).map(\.matter.kind) == [.rule])
        }
    }

    @Test func pagesAndDocumentsSayWhatTheListHolds() throws {
        try District.with { district in
            let items = Self.items(&district)
            let document = WorkDocument(items, campaign: District.campaign.text, asOf: district.wall)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let read = try decoder.decode(WorkDocument.self, from: Data(document.encoded()))
            #expect(
                read.items.map(\.key) == items.map(\.key) && read.items[0].choices.isEmpty && read.items[0].note == nil)
            let hostile = WorkNote(key: items[0].key, extent: 0, at: 1, reason: "<script>", officer: "\"><b>")
            try district.perform(.note(hostile))
            let model = WorkPage.Model(
                path: [], campaign: nil, asked: nil, items: Self.items(&district), maySettle: true, asOf: district.wall)
            for text in [Messages.zhHans, .english] {
                let page = WorkPage.html(model, text).source
                #expect(!page.contains("<script>") && !page.contains("⟦") && page.contains("&lt;script&gt;"))
                #expect(page.contains("1</span>"))
            }
            #expect(district.division(.zhHans).contains("待办 1 项"))
        }
    }

    @Test func ordersAreReadWholeOrRefusedByField() throws {
        func order(_ fields: [String: String]) throws -> WorkDesk.Order { try WorkDesk.Order { fields[$0] } }
        let whole = ["key": "a", "act": "adopt 3f", "reason": "r", "officer": "o"]
        let read = try order(whole)
        #expect(read.act == .adopt && read.choice == "3f")
        for field in whole.keys {
            var fields = whole
            fields[field] = ""
            #expect(throws: WorkDesk.Refusal.missing(field)) { try order(fields) }
        }
        #expect(throws: WorkDesk.Refusal.missing("act")) { try order(whole.merging(["act": "drop"]) { $1 }) }
        #expect(throws: WorkDesk.Refusal.tooLong("reason")) {
            try order(whole.merging(["reason": String(repeating: "长", count: 400)]) { $1 })
        }
    }
}
