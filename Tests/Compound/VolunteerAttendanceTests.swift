import Daemon
import Federation
import Foundation
import Sync
import Testing
import Wire

@testable import Compound

/// Who came, who didn't, and for how long: nothing is counted twice, and what isn't known is no zero.
@Suite struct VolunteerAttendance {
    private static func one(
        _ records: Record..., asOf now: Int64 = 20_000
    ) throws -> VolunteerBoard.Attendance? {
        try Fixture.with { fixture in
            fixture.clock.now = Fixture.evening + now
            let store = try fixture.open()
            try store.take(records)
            return try store.board().attendance.first
        }
    }

    @Test func hoursGoFromComingToLeavingOverMidnight() throws {
        // 22:00 to 02:30.
        let found = try Self.one(
            .attendance(1, "v01", .present, stated: 4 * 3600),
            .attendance(2, "v01", .left, stated: 8 * 3600 + 1800, at: 50), asOf: 40_000)
        #expect(found?.seconds == 4 * 3600 + 1800 && found?.state == "left" && found?.open == false)
    }

    @Test func aShiftThatGoesOnIsCountedUpToNowAndMarked() throws {
        // The node's clock stands 20,000 seconds after the evening's beginning.
        let found = try Self.one(.attendance(1, "v01", .present, at: 2000))
        #expect(found?.seconds == 18_000 && found?.open == true && found?.ended == nil)
    }

    @Test func twoDevicesThatNoteOneMusterGiveOneShift() throws {
        let found = try Self.one(
            .attendance(1, "v01", .present, by: "s01", at: 100).on("p1"),
            .attendance(2, "v01", .present, by: "s02", at: 160).on("p2"),
            .attendance(3, "v01", .left, by: "s02", at: 3700).on("p2"),
            .attendance(4, "v01", .left, by: "s01", at: 3900).on("p1"))
        #expect(found?.seconds == 3600 && found?.open == false)
    }

    @Test func twoShiftsAreAdded() throws {
        let found = try Self.one(
            .attendance(1, "v01", .present, at: 0), .attendance(2, "v01", .left, at: 600),
            .attendance(3, "v01", .present, at: 1200), .attendance(4, "v01", .left, at: 1500))
        #expect(found?.seconds == 900 && found?.began == Fixture.evening && found?.ended == Fixture.evening + 1500)
    }

    /// Keyed from paper at midnight: the time that was noted counts, not that of the keying.
    @Test func aStatedTimeGoesBeforeTheRecords() throws {
        let found = try Self.one(
            .attendance(1, "v01", .left, stated: 3600, at: 18_000),
            .attendance(2, "v01", .present, stated: 0, at: 18_060))
        #expect(found?.seconds == 3600 && found?.state == "left")
    }

    @Test func whatIsNotKnownIsNoZero() throws {
        let left = try Self.one(.attendance(1, "v01", .left, at: 600))
        #expect(left?.unclear == true && left?.seconds == 0 && left?.state == "left")
        // A device that starts in 1970 knows that he is there, not since when.
        let clock = try Self.one(.attendance(1, "v01", .present, at: 5 - Fixture.evening))
        #expect(clock?.state == "present" && clock?.unclear == true && clock?.seconds == 0 && clock?.began == nil)
    }

    // MARK: No-shows

    @Test func aNoShowIsMissingAndMayComeAfterAll() throws {
        try Fixture.withStore { store in
            try store.take(.need(1, 2), .fill(2, "v01"), .fill(3, "v02", at: 21))
            #expect(try store.board().short == 0)
            try store.take(.attendance(4, "v01", .absent, at: 1800))
            let missed = try store.board()
            #expect(
                missed.short == 1 && missed.filled == 1 && missed.noShows == ["v01"] && missed.volunteers == ["v02"])
            #expect(try store.counts("volunteers", "-")?["short"] == 1)
            try store.take(.attendance(5, "v01", .present, at: 3600))
            let came = try store.board()
            #expect(came.short == 0 && came.noShows.isEmpty && came.attendance.first?.seconds == 16_400)
            try expectDigestOfRows(store)
        }
    }

    @Test func whoIsMissingInTwoRolesLeavesBothOpen() throws {
        try Fixture.withStore { store in
            try store.take(.need(1, 1, .survey), .need(2, 1, .gate, at: 11))
            try store.take(.fill(3, "v01", .filled, .survey), .fill(4, "v01", .filled, .gate, at: 21))
            try store.take(.attendance(5, "v01", .absent))
            #expect(try store.board().roles.map(\.short) == [1, 1] && store.board().filled == 0)
        }
    }

    @Test func theReserveMovesUpForANoShowAndKeepsTheBuilding() async throws {
        try await CaseDesk.with { desk in
            let store = desk.store
            try store.take(.building(900), .claim(1, "7", "v01", at: 30), .claim(2, "7", "v02", at: 40))
            #expect(try store.conflicts().map(\.kind) == ["two_claims"])
            try store.take(.attendance(3, "v01", .absent, at: 1800))
            #expect(try store.conflicts().isEmpty, "who isn't there contests nothing")
            let claims = try store.board().claims
            #expect(claims.map(\.volunteer) == ["v02", "v01"] && claims.map(\.state) == ["claimed", "no_show"])
            #expect(claims[0].after == "v01")
            try await desk.expect(
                on: "/volunteers", zh: "候补顶上：v01 未到", en: "Moved up: v01 did not come")
            // He comes after all: whoever moved up has been told and stays.
            try store.take(.attendance(4, "v01", .present, at: 3600))
            #expect(try store.board().claims.map(\.volunteer) == ["v02", "v01"])
            #expect(try store.conflicts().map(\.kind) == ["two_claims"])
        }
    }

    @Test func theReserveMovesUpForAReleaseAndThePageSaysSo() async throws {
        try await CaseDesk.with { desk in
            let store = desk.store
            try store.take(.building(900), .claim(1, "7", "v01", at: 30), .claim(2, "7", "v02", at: 40))
            #expect(try store.board().claims.map(\.after) == [nil, nil])
            try store.take(.claim(3, "7", "v01", .released, at: 50, supersedes: [1]))
            #expect(try store.board().claims.map(\.after) == ["v01"])
            try await desk.expect(
                on: "/volunteers", zh: "候补顶上：v01 已释放", en: "Moved up: v01 released it")
            // Who claims what somebody has given up was nobody's reserve.
            try store.take(.claim(4, "7", "v02", .released, at: 60), .claim(5, "7", "v03", at: 70))
            #expect(try store.board().claims.map(\.after) == [nil])
        }
    }

    @Test func aBuildingWhoseOnlyClaimantIsMissingIsNobodys() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .claim(1, "7", "v01"), .attendance(2, "v01", .absent))
            #expect(try store.board().unclaimed == ["7"] && store.counts("volunteers", "7")?["claimed"] == 0)
            try store.take(.claim(3, "7", "v01", .done, at: 90))
            #expect(try store.counts("volunteers", "7")?["done"] == 1, "what was done was done by somebody")
        }
    }

    // MARK: Two words

    @Test func seenByOneAndMissedByAnotherIsSettledByAPerson() async throws {
        let words: [Record] = [
            .attendance(1, "v01", .present, by: "s01", at: 60).on("p1"),
            .attendance(2, "v01", .absent, by: "s02", at: 1800).on("p2"),
        ]
        try expectOrderFree(words, after: [.building(900), .fill(9, "v01"), .claim(8, "7", "v01")], seed: 3)
        try await CaseDesk.with { desk in
            try desk.store.take([.need(8, 1), .fill(9, "v01")] + words)
            #expect(try desk.store.board().short == 0, "whoever was seen is no no-show")
            try await desk.expectConflict(
                on: "/volunteers",
                zh: (
                    "v01 到没到有两种说法：18:01 s01（设备 p1）：到岗；18:30 s02（设备 p2）：未到。暂按已到：有人见到就不算未到。",
                    "请问点名的人；选定一条，即了结。"
                ),
                en: (
                    "Two words about whether v01 came: 18:01 s01 (device p1): Present; 18:30 s02 (device p2): No-show. Taken as there meanwhile: whoever was seen is no no-show.",
                    "Ask whoever mustered, then choose one: that settles it."
                ))
            try await desk.press("以此为准：到岗", on: "/conflicts", why: .phone)
            try desk.expectSettled()
            #expect(try desk.store.board().attendance.first?.began == Fixture.evening + 60, "with its own time")
        }
    }

    @Test func oneDeviceCorrectsItself() throws {
        try Fixture.withStore { store in
            try store.take(
                .need(1, 1), .fill(2, "v01"), .attendance(3, "v01", .present, at: 60),
                .attendance(4, "v01", .absent, at: 90))
            #expect(try store.board().noShows == ["v01"] && store.conflicts().isEmpty)
        }
    }

    @Test func twoCopiesOfAJournalGiveTheSameHours() throws {
        try Fixture.withStore { one in
            try Fixture.withStore { two in
                try one.take(.fill(1, "v01"), .attendance(2, "v01", .present, at: 100))
                try two.take(
                    .attendance(3, "v01", .left, by: "s02", at: 3700), .attendance(2, "v01", .present, at: 100))
                let (mine, theirs) = (try #require(try one.copyOfJournal()), try #require(try two.copyOfJournal()))
                #expect(try one.adopt(theirs).new == 1 && two.adopt(mine).new == 1)
                for store in [one, two] { #expect(try store.board().attendance.map(\.seconds) == [3600]) }
            }
        }
    }

    /// Another copy's journal may hold what nobody here could have recorded: no sum overflows on it.
    @Test func numbersOutOfAllRangeAreNotAddedUp() throws {
        try Fixture.withStore { one in
            try Fixture.withStore { two in
                try two.take(
                    .building(900), .need(1, 3), .attendance(2, "v01", .present, stated: 0),
                    .attendance(3, "v01", .left, stated: 60, at: 50), .claim(4, "7", "v01", from: 60))
                var copy = try #require(try two.copyOfJournal())
                for place in copy.statements.indices {
                    copy.statements[place].value = copy.statements[place].value
                        .replacing(/"(at|from|required)":\d+/) { "\"\($0.output.1)\":\(Int64.max)" }
                }
                #expect(try one.adopt(copy).new == 5)
                let board = try one.board()
                #expect(board.need == 0 && board.claims.map(\.from) == [nil] && board.attendance.map(\.seconds) == [10])
                #expect(board.fillTime == nil)
            }
        }
    }

    // MARK: On the page

    @Test func theMusterIsKeptOnThePage() async throws {
        try await CaseDesk.with { desk in
            desk.fixture.clock.now = Fixture.evening + 3600
            try desk.store.take(.need(1, 2), .fill(2, "v01"), .fill(3, "v02", at: 21))
            try await desk.expect(
                on: "/volunteers", zh: "点名：到 0，未到 0，未点名 2 · 0 分钟",
                en: "0 came, 0 no-shows, 2 not mustered · 0 min")
            try await desk.press("未到", on: "/volunteers")
            #expect(try desk.store.board().noShows == ["v01"])
            try await desk.expect(on: "/volunteers", zh: "未到 1 人：v01", en: "1 no-shows: v01")
            // From paper: 18:20, of the evening that the page is about.
            let near = Fixture.evening + 3600
            let form = "task=\(Fixture.campaign)&volunteer=v02&at=18:20&near=\(near)&state=present"
            try await desk.send(form: form, to: "/desk/volunteers/attendance")
            #expect(try desk.store.board().attendance.last?.began == Fixture.evening + 1200)
            try await desk.expect(
                on: "/volunteers", zh: "● 到岗 18:20– · 40 分钟 · 在岗，算到现在", en: "● Present 18:20– · 40 min · at work")
        }
    }

    @Test(arguments: ["25:00", "18.20", "now", "1820"]) func whatIsNoTimeIsSaid(_ typed: String) async throws {
        try await CaseDesk.with { desk in
            let form = "task=t&volunteer=v02&at=\(typed)&near=\(Fixture.evening)&state=present"
            let page = try await desk.post(form: form, to: "/desk/volunteers/attendance?lang=zh-Hans")
            #expect(page.contains("“\(typed)”不是时间") && page.contains("18:30"))
        }
    }

    /// 23:50 typed at 21:00 was yesterday's once: a shift of a day.
    @Test(arguments: [nil, 18, 66]) func aTimeThatIsStillToComeIsAskedAbout(_ openedHoursBeforeMidnight: Int64?)
        async throws
    {
        try await CaseDesk.with { desk in
            let now = Fixture.evening + 3 * 3600
            desk.fixture.clock.now = now
            try desk.store.take(.need(1, 2), .fill(2, "v01"))
            if let hours = openedHoursBeforeMidnight {
                var document = RegistryDocument.naming([Fixture.campaign.text])
                document.campaigns[0].opens = Fixture.evening + (6 - hours) * 3600
                document.campaigns[0].deadline = now + 3600
                try desk.store.adopt(document, digest: "1")
            }
            let page = try await desk.page("/volunteers", .zhHans)
            let since = try #require(page.firstMatch(of: /name="since" value="(\d+)"/)).output.1
            let form = "task=\(Fixture.campaign)&volunteer=v01&since=\(since)&state=present&at="
            let refused = try await desk.post(form: form + "23:50", to: "/desk/volunteers/attendance?lang=zh-Hans")
            #expect(refused.contains("23:50 还没有到，不能先记"))
            #expect(refused.contains("name=\"at\" aria-invalid=\"true\"") && refused.contains("value=\"23:50\""))
            #expect(try desk.store.board().attendance.isEmpty)
            try await desk.send(form: form + "21:04", to: "/desk/volunteers/attendance")
            #expect(try desk.store.board().attendance.map(\.began) == [now + 240], "clocks differ by minutes")
            let ahead =
                "{\"id\":\"\(Hex.text(UInt128(9)))\",\"kind\":\"attendance\",\"recorder\":\"v02\",\"observed_at\":\(now),\"task\":\"t\",\"volunteer\":\"v02\",\"state\":\"present\",\"at\":\(now + 301)}"
            let outcome = try await desk.send(records: ahead)
            #expect((outcome.body["refused"] as? [[String: Any]])?.first?["code"] as? String == "time_ahead")
        }
    }

    @Test func aTimeOfAShiftIsOneMoment() {
        let evening = Fixture.evening
        let running = Clock.shift(opens: evening, deadline: evening + 16_200, now: evening + 7 * 3600)
        #expect(running == evening - 6 * 3600)
        #expect(Clock.moment("23:30", since: running) == evening + 5 * 3600 + 1800, "after midnight, yesterday's")
        #expect(Clock.moment("12:00", since: running) == evening - 6 * 3600)
        #expect(Clock.moment("11:59", since: running) == evening + 18 * 3600 - 60)
        let nextMorning = Clock.shift(opens: evening, deadline: evening + 16_200, now: evening + 54_000)
        #expect(Clock.moment("18:20", since: nextMorning) == evening + 1200)
        let unannounced = Clock.shift(opens: nil, deadline: nil, now: evening + 3 * 3600)
        #expect(Clock.moment("08:00", since: unannounced) == evening - 10 * 3600, "this morning's")
    }

    @Test func aTypedTimeIsTheNearestOfTheEvening() {
        let evening = Fixture.evening
        #expect(Clock.moment("18:30", near: evening) == evening + 1800)
        #expect(Clock.moment("00:30", near: evening) == evening + 6 * 3600 + 1800)
        #expect(
            Clock.moment("23:30", near: evening + 7 * 3600) == evening + 5 * 3600 + 1800,
            "yesterday's, after midnight")
        #expect(Clock.moment("7:05", near: evening) == evening - 11 * 3600 + 300)
        #expect(Clock.end(ofDay: "2022-04-06") == evening + 6 * 3600 && Clock.end(ofDay: "2022-13-01") == nil)
        // The next morning's keying is about the evening, not about the morning.
        let reference = Clock.reference(opens: evening, deadline: evening + 16_200, now: evening + 54_000)
        #expect(Clock.moment("18:20", near: reference) == evening + 1200)
    }

    @Test func sinceWhenSomebodyIsOnABuildingStandsInTableAndHandOver() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(901, 1))
            let form =
                "task=\(Fixture.campaign)&building=7&volunteer=%E5%BC%A0%E5%8B%87&from=18:30&near=\(Fixture.evening)&state=claimed"
            try await desk.send(form: form, to: "/desk/volunteers/claim")
            let board = try desk.store.board()
            #expect(board.claims.map(\.from) == [Fixture.evening + 1800])
            try await desk.expect(on: "/volunteers", zh: "已认领 · 18:30 起", en: "Claimed · since 18:30")
            let texts = CallTexts(board, now: Fixture.evening + 3600, .zhHans).all
            #expect(texts.last?.body.contains("进行中：7栋 张勇（18:30 起）") == true)
            let done = "task=\(Fixture.campaign)&building=7&volunteer=%E5%BC%A0%E5%8B%87&state=done"
            try await desk.send(form: done, to: "/desk/volunteers/claim")
            #expect(try desk.store.board().claims.map(\.from) == [Fixture.evening + 1800], "done, and since then")
        }
    }
}
