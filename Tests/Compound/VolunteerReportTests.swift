import Daemon
import Federation
import Foundation
import Laws
import Sync
import Testing

@testable import Compound

/// What is told afterwards: the day's report, and how long it took to find everybody.
@Suite struct VolunteerReports {
    // MARK: Time to fill

    /// The article's countdown: 18 short at 18:00, then 7, 8 as somebody withdraws, and nobody at 19:05.
    @Test func theStepsAndTheTimeToFill() throws {
        try Fixture.withStore { store in
            func people(_ range: ClosedRange<Int>, at time: Int64) -> [Record] {
                range.map { .fill(UInt128(100 + $0), "v\($0)", at: time) }
            }
            try store.take([.need(1, 18, at: 0)] + people(1...11, at: 1200))
            try store.take([.fill(200, "v4", .withdrawn, at: 2400)] + people(12...19, at: 3900))
            try store.take(.need(2, 20, at: 5000))
            let time = try #require(try store.board().fillTime)
            #expect(time.steps.map(\.short) == [18, 7, 8, 0, 2])
            #expect(time.steps.map { $0.at - Fixture.evening } == [0, 1200, 2400, 3900, 5000])
            #expect(time.filledAt == Fixture.evening + 3900 && time.seconds == 3900)
        }
    }

    @Test func aWrongNumberThatWasTakenBackIsAStepAndNoGap() throws {
        try Fixture.withStore { store in
            try store.take(.need(1, 4, at: 0), .need(2, 40, at: 60), .need(3, 5, at: 120, supersedes: [1, 2]))
            #expect(try store.board().fillTime?.steps.map(\.short) == [4, 40, 5])
            try store.take(.fill(4, "v1", at: 200), .fill(5, "v2", at: 300, supersedes: [4]))
            #expect(try store.board().fillTime?.steps.map(\.short) == [4, 40, 5, 4], "one name for another")
        }
    }

    @Test func aNoShowIsAStepUpwards() throws {
        try Fixture.withStore { store in
            try store.take(
                .need(1, 1, at: 0), .fill(2, "v1", at: 60), .attendance(3, "v1", .absent, at: 120),
                .attendance(4, "v1", .present, at: 180))
            #expect(try store.board().fillTime?.steps.map(\.short) == [1, 0, 1, 0])
        }
    }

    @Test func whereNobodyWasNeededThereIsNoTime() throws {
        try Fixture.withStore { store in
            try store.take(.fill(1, "v1"))
            #expect(try store.board().fillTime == nil)
            try store.take(.need(2, 3, at: 100))
            #expect(try store.board().fillTime?.filledAt == nil && store.board().fillTime?.steps.map(\.short) == [2])
        }
    }

    /// A device that starts in 1970 doesn't make the evening fifty years long.
    @Test func aClockThatStandsInThePastBeginsNoStep() throws {
        try Fixture.withStore { store in
            try store.take(.fill(1, "v1", at: 5 - Fixture.evening), .need(2, 2, at: 60), .fill(3, "v2", at: 120))
            let time = try #require(try store.board().fillTime)
            #expect(time.neededAt == Fixture.evening + 60 && time.steps.map(\.short) == [1, 0])
        }
    }

    @Test(arguments: 0..<4) func theStepsDoNotDependOnTheOrderOfArrival(_ seed: UInt64) throws {
        let records: [Record] = [
            .need(1, 3, at: 0), .fill(2, "v1", at: 60), .fill(3, "v2", at: 120), .fill(4, "v1", .withdrawn, at: 180),
            .need(5, 2, at: 240, supersedes: [1]), .attendance(6, "v2", .absent, at: 300), .fill(7, "v3", at: 360),
        ]
        var chance = SplitMix(seed)
        let expected = try Fixture.withStore { store in
            try store.take(records)
            return try store.board().fillTime
        }
        let found = try Fixture.withStore { store in
            for record in records.shuffled(using: &chance) { try store.take(record) }
            return try store.board().fillTime
        }
        #expect(found == expected && found?.steps.map(\.short) == [3, 2, 1, 2, 1, 2, 1])
    }

    @Test func aPageShowsTheFirstAndTheLatestSteps() {
        let steps = (0..<40).map { FillTime.Step(at: Int64($0) * 60, short: 40 - $0) }
        let time = FillTime(neededAt: 0, filledAt: nil, seconds: nil, steps: steps)
        #expect(time.shown(4).map(\.short) == [40, 3, 2, 1])
        let evening = [18, 7, 8, 0].enumerated().map { FillTime.Step(at: Int64($0), short: $1) }
        #expect(FillTime(neededAt: 0, steps: evening).shown(8).map(\.short) == [18, 7, 8, 0], "all of one minute")
        let quick = [0, 70, 80, 90].map { FillTime.Step(at: $0, short: Int(100 - $0)) }
        #expect(FillTime(neededAt: 0, steps: quick).shown(3).map(\.short) == [100, 10])
        let minute = [3, 4, 1, 0, 1].enumerated().map { FillTime.Step(at: Int64($0), short: $1) }
        #expect(FillTime(neededAt: 0, steps: minute).shown(4).map(\.short) == [4, 0, 1])
    }

    @Test func itStandsOnThePageAndInTheDocument() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.need(1, 1, at: 0), .fill(2, "v1", at: 3900))
            try await desk.expect(
                on: "/volunteers", zh: "还缺人数：18:00 1 → 19:05 0", en: "Short: 18:00 1 → 19:05 0")
            try await desk.expect(on: "/volunteers", zh: "19:05 招满，用时 65 分钟", en: "Filled at 19:05, after 65 minutes")
            let document = try #require(try await desk.get("/api/v1/volunteers", .en) as? [String: Any])
            let time = try #require(document["fill_time"] as? [String: Any])
            #expect(time["seconds"] as? Int == 3900 && (time["steps"] as? [Any])?.count == 2)
            #expect(document["no_shows"] as? [String] == [] && document["as_of"] as? Int64 == desk.store.clock())
        }
    }

    // MARK: The day's report

    private static func report(_ store: CompoundStore, now: Int64) throws -> String {
        let (board, survey) = try store.read { db in
            let task = Fixture.campaign.text
            return (try VolunteerReader.board(task, db, now: now), try SurveyReader.progress(task, db))
        }
        return DayReport(board: board, survey: survey, status: try store.status(), text: .zhHans).body
    }

    @Test func theReportSaysWhatThePagesSay() throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .building(901, "8"), .need(1, 3))
            try store.take(
                .fill(2, "v01"), .fill(3, "v02", at: 21), .fill(4, "v03", at: 22), .claim(5, "7", "v01"),
                .claim(6, "8", "v02"), .claim(7, "7", "v01", .done, at: 9000))
            for (index, door) in try store.doors("7").enumerated() {
                try store.take(.visit(UInt128(100 + index), door.code, .completed, at: Int64(1000 + index)))
            }
            try store.take(.visit(200, "7-1-101", .refused, by: "v02", at: 1500))
            try store.take(
                .attendance(10, "v01", .present, at: 0), .attendance(11, "v01", .left, at: 14_400),
                .attendance(12, "v02", .present, at: 3600), .attendance(13, "v03", .absent, at: 3600))
            let now = Fixture.evening + 16_200
            #expect(
                try Self.report(store, now: now) == """
                    【4月6日日报】\(Fixture.campaign)，截至 22:30
                    摸底：应摸 24 户，已完成 12（未完成 12：8栋 12）
                    待核实 1 条
                    认领：2 栋中 2 栋有人认领，1 栋已完成
                    志愿者：需 3，到 2，未到 1，合计 7 小时 30 分（1 人还在岗，算到 22:30）
                    尚未送达任何数据
                    """)
            let progress = try store.progress()
            #expect(progress.doors == 24 && progress.left == 12, "the survey page's own numbers")
        }
    }

    /// 65 minutes were "1 hour" once, and five "0 hours".
    @Test func hoursAreSaidToTheMinute() {
        let said = [(0, "0 分钟"), (300, "5 分钟"), (3900, "1 小时 5 分"), (7199, "1 小时 59 分"), (49 * 3600, "49 小时")]
        for (seconds, words) in said { #expect(Muster.span(Int64(seconds), .zhHans) == words) }
    }

    @Test func whatNobodyHasStatedIsUnknownAndNoZero() throws {
        try Fixture.withStore { store in
            try store.take(.need(1, 3), .fill(2, "v01"))
            let text = try Self.report(store, now: Fixture.evening)
            #expect(text.contains("摸底：没有登记住户，户数不明"))
            #expect(text.contains("需 3，已报 1，还缺 2；没有点名，到岗人数和工时不明"))
            try store.take(.attendance(3, "v02", .left, at: 60), .fill(4, "v02", at: 30))
            let muster = try Self.report(store, now: Fixture.evening + 600)
            #expect(muster.contains("需 3，到 1，未到 0，未点名 1，合计 0 分钟；1 人起止时间不全或对不上，工时可能不止这些"))
        }
    }

    /// An evening's report at half past midnight is that evening's; one that ends at midnight doesn't reach into the next day.
    @Test(arguments: [(0, 6, 6.5, "4月6日"), (0, 8, 6.5, "4月6日"), (-9, 30, 6.5, "4月7日"), (-9, 30, 40.0, "4月7日")])
    func theReportNamesTheDayThatItIsAbout(opens: Int64, deadline: Int64, hours: Double, day: String) throws {
        try Fixture.withStore { store in
            try store.take(.building(900), .need(1, 3))
            try store.plant(
                """
                UPDATE campaign SET opens = \(Fixture.evening + opens * 3600), deadline = \(Fixture.evening + deadline * 3600)
                """)
            let text = try Self.report(store, now: Fixture.evening + Int64(hours * 3600))
            #expect(text.hasPrefix("【\(day)日报】"))
        }
    }

    @Test func aLongTimeIsSaidInDays() {
        #expect(Clock.span(47 * 3600 + 60, .zhHans) == "47 小时 1 分" && Clock.span(49 * 3600, .english) == "2 days 1 h")
    }

    @Test func theReportIsOnThePageToBeCopied() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(1, 3))
            try await desk.expect(on: "/volunteers", zh: "日报】2022-04-06-survey", en: "Report of ")
            #expect(try await desk.page("/volunteers", .zhHans).contains("data-copy=\"call-report\""))
        }
    }

    // MARK: Hostile input

    @Test(
        arguments: [
            "<script>alert(1)</script>", "=1+1", "\u{202E}勇张", "{at}{task}", "' OR 1=1", "n:zz", "a&b", "\u{0}x",
        ])
    func aHostileNameIsShownAndNeverRun(_ name: String) async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(1, 3, .gate))
            let typed = name.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            let task = "task=\(Fixture.campaign)"
            let forms = [
                ("sign-up", "\(task)&volunteer=\(typed)&role=gate&state=filled"),
                ("claim", "\(task)&volunteer=\(typed)&role=gate&building=7&state=claimed"),
                ("attendance", "\(task)&volunteer=\(typed)&state=absent"),
                ("restriction", "volunteer=\(typed)&no_survey=1&reason=age"),
                ("need", "\(task)&required=\(typed)"), ("need", "\(task)&required=1&role=\(typed)"),
                ("claim", "\(task)&volunteer=v&building=7&from=\(typed)&near=\(typed)&state=claimed"),
                ("chain", "\(task)&chain=1.\(typed)%207%E6%A0%8B&apply=1"),
            ]
            for (place, form) in forms {
                let page = try await desk.post(form: form, to: "/desk/volunteers/\(place)?lang=zh-Hans")
                #expect(!page.contains("<script>alert"), "\(place)")
            }
            let page = try await desk.page("/volunteers", .zhHans)
            let seen = name.replacing("\u{202E}", with: "").replacing("\u{0}", with: "")
            let escaped: HTML = "\(seen)"
            #expect(!page.contains("<script>alert") && page.contains(escaped.source), "shown as it was typed")
            #expect(!page.contains("\u{202E}"), "and turns no line round")
            try expectDigestOfRows(desk.store)
        }
    }

    /// The field at fault is marked, and everything that was typed goes along when it is sent again.
    @Test func aRefusedFormKeepsWhatWasTyped() async throws {
        try await CaseDesk.with { desk in
            let page = try await desk.post(
                form: "volunteer=%E5%BC%A0%E5%8B%87&no_survey=1&reason=age&until=soon",
                to: "/desk/volunteers/restriction?lang=zh-Hans")
            #expect(page.contains("name=\"until\" aria-invalid=\"true\"") && page.contains("value=\"soon\""))
            #expect(page.contains("<input type=\"hidden\" name=\"volunteer\" value=\"张勇\">") && page.contains("再提交一次"))
            #expect(page.contains("action=\"/desk/volunteers/restriction?lang=zh-Hans\""))
        }
    }

    @Test func tenKilobytesAreRefusedEverywhereWithASentence() async throws {
        try await CaseDesk.with { desk in
            try desk.store.take(.building(900), .need(1, 3))
            let long = String(repeating: "x", count: 10_240)
            for (place, form) in [
                ("fill", "task=t&volunteer=\(long)"), ("attendance", "task=t&state=present&volunteer=\(long)"),
                ("attendance", "task=\(long)&state=present&volunteer=v"),
                ("attendance", "task=t&state=\(long)&volunteer=v"),
                ("attendance", "task=t&state=present&volunteer=v&at=\(long)&near=1"),
                ("restriction", "volunteer=\(long)&no_survey=1&reason=age"),
                ("restriction", "volunteer=v&no_survey=1&reason=\(long)"),
                ("restriction", "volunteer=v&no_survey=1&reason=age&until=\(long)"),
                ("claim", "task=t&building=7&volunteer=v&from=\(long)&near=99999999999999999999"),
            ] {
                let page = try await desk.post(form: form, to: "/desk/volunteers/\(place)?lang=en")
                #expect(page.contains("role=\"alert\"") && page.utf8.count < 20_000, "\(place) \(form.prefix(40))")
                #expect(page.contains(long), "what was typed stands in the form again")
            }
            #expect(try desk.store.board().attendance.isEmpty && desk.store.board().restrictions.isEmpty)
        }
    }
}
