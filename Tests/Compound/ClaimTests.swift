import Daemon
import Federation
import Foundation
import Sync
import Testing
import Wire

@testable import Compound

@Suite struct Claims {
    private static let key = "000102030405060708090a0b0c0d0e0f"
    private static let campaign = Fixture.campaign.text
    /// Of 解放路12号7栋#1-101 under the key.
    private static let token = "6a7719ef8ae51eba"

    private func document(_ notYours: [String]? = nil, key: String? = key, closed: Bool = false) -> RegistryDocument {
        .naming([Self.campaign], closed: closed, claimKey: key, notYours: notYours)
    }

    private func adopt(_ document: RegistryDocument, _ store: CompoundStore) throws {
        try store.adopt(document, digest: RegistryDocument.digest(of: document.encoded()))
        try expectDigestOfRows(store)
    }

    /// One building of twelve doors at an address, with the round's key.
    private func withClaims(_ body: (CompoundStore) throws -> Void) throws {
        try Fixture.withStore { store in
            try store.take(.building(1, address: "解放路12号7栋"), .household(2, "7-1-101", 3))
            try adopt(document(), store)
            try body(store)
        }
    }

    private func claims(_ store: CompoundStore) throws -> [RowKey] {
        try store.changes(after: 0, limit: 1000).changes.filter {
            $0.key.dataset == HouseholdClaimDesk.dataset && $0.body != nil
        }.map(\.key)
    }

    // MARK: Tokens

    /// The vectors of PROTOCOL.md §13.
    @Test func tokensHaveVectors() throws {
        let key = try #require(Hex.uint128(Self.key))
        let vectors = [
            ("解放路12号7栋#1-101", "6a7719ef8ae51eba"), ("解放路 １２号\u{3000}7栋＃１－101", "6a7719ef8ae51eba"),
            ("a#1-1", "6abcde1ba9d0ff17"), (" Ａ#1-1\n", "6abcde1ba9d0ff17"), ("幸福里3号", "ab83274e8c608451"),
        ]
        for (address, token) in vectors { #expect(ClaimToken.of(address, key: key)?.text == token) }
        #expect(ClaimToken.of(" \u{3000}\t", key: key) == nil)
        #expect(ClaimToken.canonical("ｱＡ～é") == "ｱa~é", "only the full-width forms of ASCII change")
    }

    @Test func doorsWithAnAddressAreClaimedAndNoOthers() throws {
        try withClaims { store in
            #expect(try claims(store).count == 12)
            #expect(try store.counts("claim", Self.token) == ["claimed": 1, "counted": 1])
            try store.take(.building(3, "8"))
            #expect(try claims(store).count == 12)
            try store.take(.household(4, "8-1-101", 2, address: "解放路 12号7栋#1-101", at: 5))
            #expect(try store.counts("claim", Self.token) == ["claimed": 2, "counted": 2], "two doors, one household")
            try store.take(.household(5, "8-1-101", 2, at: 6))
            #expect(try store.counts("claim", Self.token)?["claimed"] == 2, "who says nothing takes nothing back")
            try store.take(.household(6, "8-1-101", 2, address: "", at: 7))
            #expect(try store.counts("claim", Self.token)?["claimed"] == 1)
            try store.take(.household(7, "7-1-101", 3, address: "", at: 8))
            #expect(try store.counts("claim", Self.token) == nil, "a door may have no address in a building that has")
        }
    }

    @Test func aChangeOfOneDoorTouchesItsRowsOnly() throws {
        try withClaims { store in
            let before = try store.position().seq
            try store.take(.household(9, "7-1-102", 2, address: "幸福里3号", at: 9))
            let changes = try store.changes(after: before, limit: 100).changes
            #expect(Set(changes.map(\.key.dataset.text)) == ["claim", "frame", "survey"])
            #expect(changes.filter { $0.key.dataset.text == "claim" }.count == 2, "the token that went and the new one")
        }
    }

    @Test func withoutAKeyNothingIsClaimed() throws {
        try Fixture.withStore { store in
            try store.take(.building(1, address: "解放路12号7栋"))
            try adopt(document(key: nil), store)
            #expect(try claims(store).isEmpty)
        }
    }

    // MARK: What the parent says

    @Test func aHouseholdThatAnotherUnitCountsIsLeftOut() throws {
        try withClaims { store in
            try store.take(.visit(20, "7-1-101", .completed, [.tested: 3]), .visit(21, "7-1-102", .refused))
            try adopt(document([Self.token]), store)
            #expect(try store.counts("claim", Self.token) == ["claimed": 1, "counted": 0])
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 10, "refused": 1])
            #expect(try store.counts("survey", "7")?.people == nil || store.counts("survey", "7")?["p_tested"] == 0)
            let frame = try store.counts("frame", "7", period: .now)
            #expect(frame == ["buildings": 1, "dwellings": 11, "households": 11, "residents": 0])
            let progress = try store.progress()
            #expect((progress.doors, progress.left, progress.elsewhere) == (11, 10, 1))
            // The other unit withdrew: what was found at the door counts again.
            try adopt(document(), store)
            #expect(try store.counts("survey", "7")?.households == ["unvisited": 10, "completed": 1, "refused": 1])
            #expect(try store.counts("claim", Self.token)?["counted"] == 1)
        }
    }

    /// A compound that another one has wholly is known to count nothing: without rows it would be silent.
    @Test func aBuildingThatIsWhollyElsewhereHasZeros() throws {
        try withClaims { store in
            try adopt(document(try claims(store).map(\.subject.text)), store)
            #expect(try store.counts("survey", "7")?.values.allSatisfy { $0 == 0 } == true)
            #expect(try store.counts("frame", "7", period: .now)?["dwellings"] == 0)
        }
    }

    /// DOMAIN §2.10, case 4: a person of two compounds, registered in one and living in the other.
    @Test func case04APersonOfTwoCompoundsIsCountedWhereTheHouseholdIsOwned() throws {
        try withClaims { store in
            try adopt(document([Self.token]), store)
            let door = try #require(try store.doors("7").first { $0.code == "7-1-101" })
            #expect(door.elsewhere && !door.isLeft && door.token == Self.token)
            let history = try store.read { try DoorHistory(door.code, Self.campaign, $0) }
            let answers = try store.read {
                try DoorAnswers(door.code, Self.campaign, for: Answerer(Clerk.desk), now: 0, $0)
            }
            let links = Links(Call(method: "GET", path: "/survey/7"))
            let (zh, en) = (page(.zhHans), page(.english))
            func page(_ text: Messages) -> String {
                let view = PageView(links: links, text: text, now: 0)
                return DoorPage(
                    door: door, answers: answers, history: history, campaign: Self.campaign, id: "", view: view
                ).html.source
            }
            #expect(zh.contains("别的小区也登记了本户（标记 \(Self.token)），现由对方统计，本小区不必上门。"))
            #expect(
                en.contains(
                    "(\(Self.token)) and counts it; nobody has to call here. If that is wrong, ask the district."))
            let view = PageView(links: links, text: .zhHans, now: 0)
            let page = SurveyPage.building("7", try store.doors("7"), nil, campaign: Self.campaign, view).source
            #expect(page.contains("⇄ 归属别处"))
        }
    }

    // MARK: The end

    @Test func theKeyAndTheTokensEndWithTheRound() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            try store.take(.building(1, address: "解放路12号7栋"), .visit(20, "7-1-101", .refused))
            try adopt(document([Self.token]), store)
            let standing = try store.counts("survey", "7")
            try adopt(document(key: nil, closed: true), store)
            #expect(try claims(store).isEmpty)
            #expect(try store.counts("survey", "7") == standing, "a closed round's figures stand")
            #expect(try store.doors("7").allSatisfy { $0.token == nil })
            let all = try store.position()
            try store.acknowledge(all, epoch: nil, parent: Incarnation(value: 5))
            for name in ["journal.sqlite", "journal.sqlite-wal"] {
                let data = try Data(contentsOf: URL(fileURLWithPath: fixture.folder + "/" + name))
                #expect(data.range(of: Data(Self.token.utf8)) == nil, "\(name) has the token")
                #expect(data.range(of: Data(Self.key.utf8)) == nil, "\(name) has the key's text")
                #expect(data.range(of: Data(0...15)) == nil, "\(name) has the key")
            }
            try store.close()
        }
    }

    @Test func anotherKeyMakesOtherTokens() throws {
        try withClaims { store in
            try adopt(document(key: String(repeating: "7", count: 32)), store)
            #expect(try claims(store).count == 12)
            #expect(try store.counts("claim", Self.token) == nil)
        }
    }

    /// A node that was restored takes the document again and ends where it was.
    @Test func aRestoredNodeSettlesAgain() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            try store.take(.building(1, address: "解放路12号7栋"))
            try adopt(document(), store)
            try fixture.backUp(store, as: "backup")
            try adopt(document([Self.token]), store)
            let rows = try store.changes(after: 0, limit: 1000).changes.map(\.body?.counts)
            try store.close()
            try fixture.restore("backup")
            let restored = try fixture.open()
            #expect(try restored.counts("survey", "7")?["unvisited"] == 12)
            try adopt(document([Self.token]), restored)
            #expect(
                Set(try restored.changes(after: 0, limit: 1000).changes.map(\.body?.counts)) == Set(rows))
            try restored.close()
        }
    }

    // MARK: Import and intake

    @Test func aTableMayHaveAddresses() throws {
        try Fixture.withStore { store in
            try adopt(document(), store)
            let table = "楼栋,单元,房号,人数,地址\n7,1,101,3,解放路12号7栋#1-101\n7,1,102,2,\n"
            let report = try RegistryImport.run(Array(table.utf8), into: store, apply: true)
            #expect((report.good, report.problems.count) == (2, 0))
            #expect(try claims(store).map(\.subject.text) == [Self.token])
            let again = try RegistryImport.run(Array(table.utf8), into: store, apply: true)
            #expect(again.unchanged == 2)
        }
    }

    @Test func anAddressIsBounded() throws {
        let long = String(repeating: "路", count: 101)
        let text =
            #"{"kind":"household","id":"0000000000000000000000000000000a","door":"7-1-101","residents":1,"state":"occupied","address":""#
            + long + #"","recorder":"s01","observed_at":1}"#
        let read = try RecordReader.read(Array(text.utf8))
        #expect(throws: IntakeError.self) { try read[0].1.get() }
    }
}
