import Daemon
import Federation
import GRDB
import Sync
import Testing
import Wire

@testable import Compound

/// `jiayuan verify` at a node: whatever doesn't follow from the journal is found and named, and nothing else is.
@Suite struct VerificationTests {
    // MARK: Nothing to find

    @Test func whatFollowsIsFound() throws {
        try VerifiedCompound.with { store in
            #expect(try store.conflicts().count == 4)
            let (before, position) = (try store.everything(), try store.position())
            let verification = try store.verify()
            #expect(verification.found == [], "\(verification.text)")
            #expect(verification.records == VerifiedCompound.records.count && verification.rows > 10)
            #expect(try store.everything() == before && store.position() == position)
        }
    }

    @Test func anEmptyNodeHasNothingToFind() throws {
        try Fixture.withStore { store in
            let verification = try store.verify()
            #expect(verification == JournalVerification())
        }
    }

    /// What was settled under a key that has ended follows from nothing any more, and stands.
    @Test func aRoundThatIsOverStands() throws {
        try VerifiedCompound.with { store in
            try store.publish(claimKey: nil, notYours: nil, closed: true)
            #expect(try store.value("SELECT count(*) FROM counted_elsewhere") == 2)
            #expect(try store.verify().found == [])
        }
    }

    /// Rows that the parent refused are unknown until their facts change, whatever follows from them.
    @Test func aRefusedRowIsNoDifference() throws {
        try VerifiedCompound.with { store in
            let key = RowKey(dataset: SurveyDesk.dataset, period: Fixture.campaign, subject: Code("7")!)
            try store.quarantine([key], [RowRefusal(line: 1, why: "too large")])
            #expect(try store.verify().found == [])
            #expect(try store.rederive().rederived == nil && store.body("survey", "7")?.counts.first == .unknown)
        }
    }

    @Test func anAdoptedJournalIsVerifiedToo() throws {
        try VerifiedCompound.with { one in
            let copy = try #require(try one.copyOfJournal())
            try Fixture.withStore { two in
                try two.take(.building(1, address: "解放路12号7栋"), .building(90, "10"))
                _ = try two.adopt(copy)
                #expect(try two.verify().found == [])
                #expect(try two.counts("survey", "9") == one.counts("survey", "9"))
            }
        }
    }

    /// The other copy called at a door which the building, as it was stated last, doesn't have.
    @Test func anAdoptedVisitBringsItsDoor() throws {
        try Fixture.withStore { one in
            try Fixture.withStore { two in
                for store in [one, two] { try store.take(.building(1, floors: 3)) }
                try one.take(.building(2, floors: 2, at: 50), .building(3, "8"))
                try two.take(.visit(10, "7-1-301", .completed))
                #expect(try one.adopt(#require(try two.copyOfJournal())).new == 1)
                #expect(try one.counts("survey", "7")?.households == ["unvisited": 8, "completed": 1])
                #expect(try one.counts("frame", "7", period: .now)?["dwellings"] == 9)
                #expect(try one.verify().found == [])
            }
        }
    }

    // MARK: Planted changes

    @Test(
        arguments: [
            ("UPDATE survey_door SET disposition = 'refused' WHERE door = '7-1-101'", "survey_door", "disposition"),
            ("UPDATE survey_door SET passes = 2 WHERE door = '7-1-301'", "survey_door", "passes"),
            ("DELETE FROM survey_door WHERE door = '8-1-102'", "survey_door", nil),
            ("UPDATE door SET building = '8' WHERE code = '7-2-101'", "door", "building"),
            ("UPDATE door SET residents = 9 WHERE code = '7-1-101'", "door", "residents"),
            ("INSERT INTO door VALUES ('7-9-101', '7', '9', '101', 1, 'occupied', 1, 0, 0, NULL)", "door", nil),
            ("UPDATE building SET address = 'x' WHERE code = '7'", "building", "address"),
            ("UPDATE need SET required = 48", "need", "required"), ("DELETE FROM need", "need", nil),
            ("INSERT INTO fill VALUES ('2022-04-06-survey', 'v09', 'general', 'filled')", "fill", nil),
            ("UPDATE attendance SET seconds = 1", "attendance", "seconds"),
            ("DELETE FROM duty_restriction", "duty_restriction", nil),
            ("UPDATE fill SET state = 'filled' WHERE volunteer = 'v03'", "fill", "state"),
            ("UPDATE claim SET state = 'done' WHERE building = '7'", "claim", "state"),
            ("UPDATE claim SET since = 1 WHERE building = '8' AND volunteer = 'v02'", "claim", "since"),
            ("DELETE FROM conflict WHERE subject = '7-1-201'", "conflict", nil),
            ("UPDATE conflict SET kind = 'x' WHERE subject = '7-1-201'", "conflict", "kind"),
            (
                "UPDATE household_claim SET token = '0000000000000000' WHERE door = '7-1-101'", "household_claim",
                "token"
            ),
            ("DELETE FROM counted_elsewhere WHERE door = '8-1-101'", "counted_elsewhere", nil),
            ("INSERT INTO counted_elsewhere VALUES ('2022-04-06-survey', '7-1-101')", "counted_elsewhere", nil),
            ("UPDATE feedback SET theme = 'x'", "feedback", "theme"),
        ] as [(String, String, String?)])
    func aChangedTableIsNamed(_ sql: String, _ table: String, _ column: String?) throws {
        try VerifiedCompound.with { store in
            let sound = try store.everything()
            try store.plant(sql)
            let found = try store.verify().found
            let named = found.filter {
                if case .table(table, _, column) = $0.place { true } else { false }
            }
            #expect(!named.isEmpty && named.count == found.count, "\(found.map(\.text))")
            #expect(named.allSatisfy { $0.stands != $0.follows })
            #expect(try store.rederive().found == found)
            #expect(try store.everything() == sound, "what stood before stands again")
            #expect(try store.verify().found == [])
            try expectDigestOfRows(store)
        }
    }

    @Test func aChangedRowIsNamedByItsIndicator() throws {
        try VerifiedCompound.with { store in
            let (sound, seq) = (try store.everything(), try store.position().seq)
            try store.plant(
                """
                UPDATE row SET counts = replace(counts, '7,2,5,', '7,48,0,')
                WHERE dataset = 'volunteers' AND subject = '-'
                """)
            let verification = try store.verify()
            let rows = verification.found.compactMap { finding in
                if case .row("volunteers", _, "-", let name) = finding.place {
                    return "\(name ?? "") \(finding.stands ?? "") \(finding.follows ?? "")"
                }
                return nil
            }
            #expect(rows == ["filled 48 2", "short 0 5"])
            #expect(verification.found.contains { $0.place == .digest }, "the rows have another digest now")
            #expect(verification.text.contains("volunteers 2022-04-06-survey - filled  现为 48，由记录推算应为 2 / 48 stands"))
            #expect(verification.text.contains("jiayuan verify --rederive"))
            // What is put right leaves like any other change.
            #expect(try store.rederive().rederived == 1)
            let changes = try store.changes(after: seq, limit: 10).changes
            #expect(changes.map(\.seq) == [seq + 1] && changes.map(\.key.subject) == [Desks.compound])
            #expect(try store.everything() == sound && store.verify().found == [])
            try expectDigestOfRows(store)
        }
    }

    @Test(arguments: [
        "DELETE FROM row WHERE dataset = 'frame' AND subject = '7'",
        "INSERT INTO row SELECT dataset, period, '77', 900, catalogue, counts, as_of, changed_at, NULL FROM row LIMIT 1",
        "INSERT INTO row SELECT 'x', period, '7', 900, catalogue, counts, as_of, changed_at, NULL FROM row LIMIT 1",
        "UPDATE row SET counts = '1,2' WHERE dataset = 'frame' AND subject = '8'",
        "UPDATE row SET catalogue = zeroblob(16) WHERE dataset = 'frame' AND subject = '8'",
    ])
    func aRowThatIsMissingOrTooManyIsNamed(_ sql: String) throws {
        try VerifiedCompound.with { store in
            let sound = try store.everything()
            try store.plant(sql)
            let found = try store.verify().found
            #expect(
                found.contains { if case .row(_, _, _, indicator: nil) = $0.place { true } else { false } },
                "\(found.map(\.text))")
            _ = try store.rederive()
            #expect(try store.everything() == sound && store.verify().found == [])
            try expectDigestOfRows(store)
        }
    }

    @Test func aRowOfNoCodeIsNamedAndNeverTouched() throws {
        try VerifiedCompound.with { store in
            try store.plant(
                """
                INSERT INTO row SELECT dataset, period, '七', 900, catalogue, counts, as_of, changed_at, NULL
                FROM row LIMIT 1
                """)
            #expect(try store.verify().found.contains { $0.text.contains(" 七") && $0.follows == nil })
        }
    }

    @Test func aChangedPositionIsNamed() throws {
        try VerifiedCompound.with { store in
            let position = try store.position()
            try store.plant("UPDATE position SET digest = zeroblob(16)")
            #expect(try store.verify().found.map(\.place) == [.digest])
            #expect(try store.rederive().rederived == 0)
            #expect(try store.position() == position && store.verify().found == [])
            try store.plant("UPDATE position SET seq = seq - 3")
            #expect(try store.verify().found.map(\.place) == [.seq])
            _ = try store.rederive()
            #expect(try store.position() == position)
        }
    }

    @Test func recordsOfAnUnknownDeskAreNamed() throws {
        try VerifiedCompound.with { store in
            try store.plant("UPDATE observation SET desk = 'kitchen' WHERE desk = 'survey' AND subject = '8-1-102'")
            let found = try store.verify().found
            #expect(found.contains(Discrepancy(place: .desk("kitchen"), stands: "1", follows: nil)))
            #expect(found.contains { if case .table("survey_door", _, nil) = $0.place { true } else { false } })
        }
    }

    /// A damaged file is no question of rows: nothing is derived from it.
    @Test func aDamagedFileIsNamed() throws {
        try VerifiedCompound.with { store in
            try store.database.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA writable_schema=ON")
                try db.execute(
                    sql:
                        "UPDATE sqlite_schema SET sql = replace(sql, 'residents >= 0', 'residents > 2') WHERE name = 'door'"
                )
                try db.execute(sql: "PRAGMA writable_schema=RESET")
            }
            let found = try store.verify().found
            #expect(!found.isEmpty && found.allSatisfy { $0.place == .file }, "\(found.map(\.text))")
            #expect(try store.rederive().rederived == nil)
        }
    }

    // MARK: The house

    /// A version that brings a desk: its rows stand in the rounds of before, with zeros, from its first start.
    @Test func aNewDeskHasItsRowsInRoundsThatAreOpen() throws {
        try Fixture.with { fixture in
            let store = try fixture.open()
            try VerifiedCompound.fill(store)
            try store.plant("DELETE FROM row WHERE dataset = 'feedback'")
            try store.close()
            #expect(try fixture.open().counts("feedback", "-") == ["received": 1, "open": 1, "answered": 0])
        }
    }

    /// What people chose follows from no record: nothing that is folded anew may cost it.
    @Test func foldingAnewKeepsWhatPeopleChose() throws {
        try Fixture.withStore { store in
            try VerifiedCompound.fill(store)
            try store.plant("INSERT INTO column_choice (head, columns, roles, chosen_at) VALUES ('h', 'A', 'room', 1)")
            _ = try store.rederive()
            #expect(try store.columnChoices(asked: [:]).remembered["h"]?.roles == [.room])
        }
    }

    /// A table that is in neither list would be verified by nobody.
    @Test func everyTableIsFoldedOrKept() throws {
        try Fixture.withStore { store in
            let tables = try store.read {
                try String.fetchSet(
                    $0, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            }
            let folded = Set(FoldedTable.all.map(\.name))
            #expect(folded.union(FoldedTable.kept) == tables && folded.isDisjoint(with: FoldedTable.kept))
        }
    }

    @Test func everyFindingHasItsWords() throws {
        let places: [Discrepancy.Place] =
            [.digest, .seq, .file, .desk("d"), .table("t", key: "k", column: nil)]
            + MustHold.Law.allCases.map { .law($0, of: "s") }
        for place in places {
            for (stands, follows) in [("1", "2"), (nil, "2"), ("1", nil)] as [(String?, String?)] {
                let verification = JournalVerification(found: [
                    Discrepancy(place: place, stands: stands, follows: follows)
                ])
                #expect(!verification.text.contains("⟦") && verification.text.hasSuffix("1 findings\n"))
            }
        }
    }

    @Test func itIsNightOnceANight() {
        let three = Fixture.evening + 9 * 3600  // 03:00
        #expect(!VerificationVigil.isDue(now: three - 1, last: 0) && VerificationVigil.isDue(now: three, last: 0))
        #expect(!VerificationVigil.isDue(now: three + 600, last: three), "not twice in a night")
        #expect(VerificationVigil.isDue(now: three + 86_400, last: three))
    }

    @Test func theVigilSaysWhatIsLeft() async throws {
        try await CaseDesk.with { desk in
            try VerifiedCompound.fill(desk.store)
            let vigil = VerificationVigil(desk.store)
            #expect(try await vigil.verify().found.isEmpty && vigil.line == nil)
            try desk.store.plant("DELETE FROM need")
            #expect(try await vigil.verify().found.count == 1 && vigil.line?.hasPrefix("1 findings") == true)
            #expect(try await vigil.verify(rederive: true).found.count == 1 && vigil.line == nil)
        }
    }
}
