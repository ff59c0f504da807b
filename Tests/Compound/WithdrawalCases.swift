import Daemon
import Federation
import GRDB
import Sync
import Testing

@testable import Compound

/// What may come with a withdrawal, before it and after it: a reason, another copy's, disputes, a record that is sent again.
@Suite struct WithdrawalCases {
    private func frame(_ store: CompoundStore, _ building: String) throws -> [String: Int64]? {
        try store.counts("frame", building, period: .now)
    }

    /// Every record may say why, and a withdrawal that does withdraws all the same.
    @Test func whyItWasWithdrawnIsKeptBesideIt() async throws {
        try await CaseDesk.with { desk in
            let store = desk.store
            try store.take(.building(1, "71"), .household(2, "71-1-101", 3), .household(3, "71-1-101", 4, by: "v07"))
            let before = try frame(store, "71")
            var withdrawal = Record.withdrawal(4, "71")
            withdrawal.why = "phone 没有这\"栋\""
            try store.take(withdrawal)
            #expect(try frame(store, "71") == nil && store.overview().residents == 0 && store.conflicts().isEmpty)
            #expect(
                try store.value("SELECT value FROM observation WHERE instr(value, 'why')")
                    == #"{"withdrawn":1,"why":"phone 没有这\"栋\""}"#)
            #expect(try await !desk.page("/conflicts", .zhHans).contains("已了结"), "it settled nothing")
            #expect(try store.take(withdrawal).refused.isEmpty && store.verify().found == [])
            #expect(try store.take(.restoration(5, "71")).refused.isEmpty)
            #expect(try frame(store, "71") == before && store.conflicts().map(\.subject) == ["71-1-101"])
            #expect(try store.verify().found == [])
        }
    }

    /// An older version took such a record for a household of nobody: what follows from it is folded anew, once.
    @Test func anOlderVersionsWithdrawalWithAReasonWithdraws() throws {
        try Fixture.with { fixture in
            do {
                let store = try fixture.open()
                try store.take(.building(1, "71"), .household(2, "71-1-101", 3), .building(3, "72"))
                let before = try store.value("SELECT residents FROM door WHERE code = '71-1-101'") as Int?
                #expect(before == 3)
                var withdrawal = Record.withdrawal(4, "71-1-101")
                withdrawal.why = "slip"
                try store.take(withdrawal)
                // As if it had been read as a statement of the door.
                try store.durably { db in
                    try db.execute(sql: "DELETE FROM withdrawal; UPDATE door SET stated = 1 WHERE code = '71-1-101'")
                    try db.execute(sql: "UPDATE setting SET value = '2' WHERE name = 'counting'")
                    _ = try store.derive(
                        [RowKey(dataset: RegistryDesk.dataset, period: .now, subject: Code("71")!)], db)
                }
                #expect(try frame(store, "71")?["households"] == 12)
            }
            let store = try fixture.open()
            #expect(try frame(store, "71")?["households"] == 11 && store.verify().found == [])
            let seq = try store.position().seq
            #expect(try fixture.open().position().seq == seq, "once")
        }
    }

    /// Each of two copies withdrew it: one restoration is enough.
    @Test func aRestorationTakesBackEveryWithdrawal() throws {
        try Fixture.withStore { one in
            try one.take(.building(1, "71"), .household(2, "71-1-101", 3))
            let before = try frame(one, "71")
            let first = try #require(try one.copyOfJournal())
            try one.take(.withdrawal(3, "71", at: 60))
            try Fixture.withStore { two in
                _ = try two.adopt(first)
                try two.take(.withdrawal(4, "71", at: 65))
                _ = try two.adopt(try #require(try one.copyOfJournal()))
                try two.take(.restoration(5, "71", at: 70))
                #expect(try frame(two, "71") == before && two.verify().found == [])
            }
        }
    }

    /// Who goes to a building that isn't there is no question; it is one again when the building is back.
    @Test func disputesOfABuildingThatIsGoneRest() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(
                .building(1, "71"), .building(2), .claim(3, "71", "v01"), .claim(4, "71", "v02", at: 60),
                .claim(5, "7", "v03"), .claim(6, "7", "v04", at: 60))
            #expect(try desk.store.board().conflicts.count == 2)
            try desk.store.take(.withdrawal(7, "71"))
            #expect(try desk.store.conflicts().map(\.subject) == ["\(Fixture.campaign)/7"])
            #expect(try desk.store.board().conflicts.map(\.subject) == ["\(Fixture.campaign)/7"])
            let status = try #require(try await desk.get("/api/v1/status", .en) as? [String: Any])
            #expect(status["conflicts"] as? Int == 1)
            try desk.store.take(.restoration(8, "71"))
            #expect(try desk.store.conflicts().count == 2)
        }
    }

    /// A durable record is answered as recorded however often it is sent, whatever was withdrawn since.
    @Test func whatIsKnownIsRecordedWhateverStandsNow() throws {
        try Fixture.withStore { store in
            let claim = Record.claim(2, "71", "v01")
            try store.take(.building(1, "71"), claim, .withdrawal(3, "71"))
            #expect(try store.take(claim).recorded == [Hex.text(UInt128(2))])
            #expect(try store.take(.claim(4, "71", "v01", .done)).refused.map(\.error.code) == [.buildingUnknown])
            let changed = Record.claim(2, "71", "v01", .done)
            #expect(try store.take(changed).refused.map(\.error.code) == [.idReused])
        }
    }
}
