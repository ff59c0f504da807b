import Coverage
import Daemon
import Federation
import Foundation
import GRDB
import Testing

@testable import District

/// What the public is told, when, and what stays of it.
@Suite struct ReleaseTests {
    private static func code(_ community: Int) -> String { "4213030010\(10 + community)" }
    private static let root = "421303000000"

    @Test func timesAreChinasAndSaySo() throws {
        let times = try #require(ReleaseTimes("18:00 08:00 12:30:05"))
        let midnight = ReleaseDistrict.morning - 8 * 3600
        let appointed: [Int64] = [8 * 3600, 12 * 3600 + 1805, 18 * 3600]
        #expect(times.moments(after: midnight, through: midnight + 86400) == appointed.map { midnight + $0 })
        #expect(times.moments(after: midnight + 8 * 3600, through: midnight + 8 * 3600).isEmpty)
        #expect(times.moments(after: midnight + 8 * 3600 - 1, through: midnight + 8 * 3600).count == 1)
        for wrong in ["", "8:00", "24:00", "08:60", "08", "08:00 08:00", "08:00,12:00", "aa:bb"] {
            #expect(ReleaseTimes(wrong) == nil, "\(wrong)")
        }
    }

    @Test func aReleaseSaysWhatIsPublicAndNothingElse() throws {
        try ReleaseDistrict.with(4) { district in
            try district.count(0, 0, of: 80)
            try district.count(1, 4, of: 150)
            try district.count(2, 90, of: 120)
            let release = try #require(try district.at(8))
            #expect((release.appointed, release.as_of) == (ReleaseDistrict.morning, ReleaseDistrict.morning))
            let root = try #require(release.figure(Self.root))
            #expect((root.done, root.due, root.missing) == (94, 350, 256))
            #expect((root.uncounted_at_most, root.missing_at_least, root.missing_at_most) == (300, 256, 556))
            #expect(release.figure(Self.code(1))?.done == 0, "zero is shown")
            let small = try #require(release.figure(Self.code(2)))
            #expect(small.hidden.contains("done") && small.done == nil && small.due == 150)
            #expect(small.rate_permille == nil && small.lower_permille == nil && small.missing_at_least == nil)
            #expect(release.figure(Self.code(3))?.hidden.isEmpty == false, "or it would be what the others leave")
            let unheard = try #require(release.figure(Self.code(4)))
            #expect((unheard.done, unheard.due, unheard.uncounted_at_most) == (nil, nil, 300), "missing is not zero")
            #expect(release.places.map(\.units_heard) == [.most, .all, .all, .all, .none])
            let bytes = try #require(try district.edge.bytes(release.id))
            #expect(try bytes == release.encoded())
            #expect(!String(decoding: bytes, as: UTF8.self).contains("unit\""), "units aren't published")
        }
    }

    /// A set beside the tree says what its places say, added up, and nothing where one of them is silent about it.
    @Test func aSetIsTheSumOfWhatIsPublishedOfItsPlaces() throws {
        func set(_ code: String, _ members: [String], until: String? = nil) -> Overlay {
            Overlay(
                code: Code(code)!, name: code, kind: .zone,
                members: members.map { .init(code: $0, from: "2022-04-01", until: until) })
        }
        let root = "421303000000"
        try ReleaseDistrict.with(6) { district in
            for (community, done) in [(0, Int64(4)), (1, 60), (2, 70), (3, 80), (4, 90)] {
                try district.count(community, done, of: 180)
            }
            district.overlays = [
                set("all", [root, Self.code(1)]), set("zone", (1...6).map(Self.code)),
                set("open", [3, 4, 6].map(Self.code)),
                set("over", [Self.code(3)], until: "2022-04-02"), set("unit", [Self.code(3) + "-001"]),
                set("abroad", [Self.code(3), "421399000000"]),
            ]
            let release = try #require(try district.at(8))
            let sets = try #require(release.overlays)
            #expect(
                sets.map(\.figures.code) == ["all", "zone", "open"], "of published places alone, and of today's members"
            )
            #expect(sets[0].members == [root], "what lies below a member is counted with it")
            var shown = 0
            for set in sets {
                let places = set.members.compactMap { release.figure($0) }
                let figure = try #require(set.figures.measures.first { $0.measure == Measure.completion.code })
                for column in ReleaseTable.Column.allCases {
                    let parts = places.map { $0.shown(column) }
                    if parts.contains(nil) {
                        #expect(
                            figure.shown(column) == nil && figure.rate_permille == nil && figure.lower_permille == nil)
                    } else {
                        #expect(figure.shown(column) == parts.reduce(0) { $0 + ($1 ?? 0) })
                        shown += 1
                    }
                }
                #expect(figure.uncounted_at_most == places.reduce(0) { $0 + ($1.uncounted_at_most ?? 0) })
            }
            #expect(shown > 2 && shown < 9, "some are shown and some are not")
            #expect(sets[2].figures.units_heard == .some && sets[2].figures.measures[0].exact == false)
            let rows = String(decoding: ReleaseCSV.encoded(release), as: UTF8.self).split(whereSeparator: \.isNewline)
            #expect(rows.count == 1 + release.places.count + 3 && rows.last?.contains("zone,open") == true)
            let page = try #require(PublicPage(release, place: nil, district.edge.releases)).html(.english).source
            #expect(page.contains("Counted another way") && page.contains(">open<br>"))
        }
    }

    /// Nothing of what is hidden lies in the file, not even in a page of it that is free.
    @Test func whatIsKeptIsWhatWasSent() throws {
        try ReleaseDistrict.with(3) { district in
            for (community, done) in [(0, Int64(7)), (1, 60), (2, 70)] { try district.count(community, done, of: 100) }
            let release = try #require(try district.at(8))
            let rows = try district.registry.database.read { try Row.fetchAll($0, sql: "SELECT * FROM release") }
            #expect(rows.count == 1 && rows[0].count == 4)
            #expect(try district.registry.release(release.id) == release.encoded())
            let again = try ReleaseDocument(try #require(try district.registry.release(release.id)))
            #expect(again == release)
            for change in ["UPDATE release SET campaign = 'x'", "DELETE FROM release"] {
                #expect(throws: DatabaseError.self) {
                    try district.registry.database.write { try $0.execute(sql: change) }
                }
            }
        }
    }

    @Test func itIsToldAtTheAppointedTimesAndAtNoOthers() throws {
        try ReleaseDistrict.with(3) { district in
            for community in 0..<3 { try district.count(community, 40, of: 100) }
            district.series.take(ReleaseDistrict.morning - 30, district.picture)
            district.edge.keep(district.picture, wall: ReleaseDistrict.morning - 1)
            #expect(district.edge.releases.isEmpty)
            try district.at(8)
            try district.count(0, 50, of: 100)
            district.series.take(ReleaseDistrict.morning + 600, district.picture)
            district.edge.keep(district.picture, wall: ReleaseDistrict.morning + 601)
            #expect(district.edge.releases.map(\.appointed) == [ReleaseDistrict.morning])
            let next = try #require(try district.at(9))
            #expect(next.figure(Self.root)?.done == 130)
        }
    }

    @Test func atATimeWhenNobodyLookedNothingIsMadeUp() throws {
        try ReleaseDistrict.with(3) { district in
            for community in 0..<3 { try district.count(community, 40, of: 100) }
            try district.at(8)
            #expect(try district.at(9, looking: false) == nil)
            try district.restart()
            let later = try #require(try district.at(11))
            #expect(district.edge.releases.map(\.isPublished) == [true, false, false, true])
            for (language, said) in [(Language.zhHans, "09:00 未发布：当时汇总系统没有运行"), (.en, "10:00 not published")] {
                let page = try #require(PublicPage(later, place: nil, district.edge.releases))
                #expect(page.html(Messages.of(language)).source.contains(said))
            }
        }
    }

    /// A step that may still come is waited for.
    @Test func aTimeThatHasJustComeIsNotYetMissed() throws {
        try ReleaseDistrict.with(3) { district in
            for community in 0..<3 { try district.count(community, 40, of: 100) }
            district.edge.keep(district.picture, wall: ReleaseDistrict.morning + 2)
            #expect(district.edge.releases.isEmpty)
            district.series.take(ReleaseDistrict.morning, district.picture)
            district.edge.keep(district.picture, wall: ReleaseDistrict.morning + 3)
            #expect(district.edge.releases.map(\.isPublished) == [true])
        }
    }

    /// 9 was hidden with 19 for its sake. An hour later both have grown by one, and to show them would tell.
    @Test(arguments: [false, true]) func earlierReleasesAreKeptSafeAlsoAfterARestart(restarted: Bool) throws {
        try ReleaseDistrict.with(3) { district in
            for (community, done, due) in [(0, Int64(9), Int64(200)), (1, 19, 180), (2, 90, 280)] {
                try district.count(community, done, of: due)
            }
            let first = try #require(try district.at(8))
            #expect(first.figure(Self.code(1))?.hidden == ["done", "missing"])
            #expect(first.figure(Self.code(2))?.hidden == ["done", "missing"])
            if restarted { try district.restart() }
            try district.count(0, 10, of: 200)
            try district.count(1, 20, of: 180)
            let second = try #require(try district.at(9))
            #expect(second.figure(Self.code(1))?.done == nil, "10 is not small; 9 was")
            #expect(second.figure(Self.root)?.done == 120)
        }
    }

    @Test func withoutWhatWasHiddenNothingMoreIsSaidOfIt() throws {
        try ReleaseDistrict.with(3) { district in
            for (community, done) in [(0, Int64(4)), (1, 60), (2, 70)] { try district.count(community, done, of: 100) }
            try district.at(8)
            try district.restart(losingSeries: true)
            let second = try #require(try district.at(9))
            #expect(second.measures.map(\.withheld) == [.past_unknown, nil], "nothing was hidden of the other measure")
            #expect(second.figure(Self.root) == nil)
            let page = try #require(PublicPage(second, place: nil, district.edge.releases))
            #expect(page.html(Messages.of(.zhHans)).source.contains("本轮不再公布"))
        }
    }

    /// The same people are due in two rounds that are open: told of both, a count that one hides would stand in the other.
    @Test func oneRoundIsToldOfAtATimeAndNoneAgainOnceAnotherWas() throws {
        try ReleaseDistrict.with(4, rounds: 2) { district in
            func count(_ done: [Int64], in round: Code) throws {
                for (community, one) in done.enumerated() {
                    try district.count(community, one, of: [5, 60, 70, 80][community], in: round)
                }
            }
            district.closed = [ReleaseDistrict.second]
            try count([0, 30, 35, 40], in: ReleaseDistrict.campaign)
            let first = try #require(try district.at(8))
            #expect(first.campaign == ReleaseDistrict.campaign.text && first.figure(Self.code(1))?.due == nil)
            district.closed = []
            try count([0, 60, 35, 40], in: ReleaseDistrict.second)
            let second = try #require(try district.at(9))
            #expect(second.campaign == ReleaseDistrict.second.text && district.edge.releases.count == 2)
            for community in 1...4 where first.figure(Self.code(community))?.due == nil {
                #expect(second.figure(Self.code(community))?.due == nil, "what one round hid the next one hides")
            }
            district.closed = [ReleaseDistrict.second]
            try district.at(10)
            #expect(district.edge.releases.count == 2, "nothing more of the first")
            try district.restart()
            district.closed = []
            #expect(try district.at(11)?.campaign == ReleaseDistrict.second.text)
        }
    }

    /// Whoever subtracts the communities from the district finds what stands under the district itself.
    @Test func whatStandsBetweenIsProtectedToo() throws {
        try ReleaseDistrict.with(2, direct: true) { district in
            try district.count(0, 5, of: 60)
            try district.count(1, 40, of: 100)
            try district.count(2, 50, of: 100)
            let release = try #require(try district.at(8))
            #expect(release.places.map(\.level) == ["district", "community", "community", "rest"])
            #expect(release.figure(Self.root + "+")?.hidden.contains("done") == true)
            #expect([1, 2].contains { release.figure(Self.code($0))?.done == nil })
            let page = try #require(PublicPage(release, place: nil, district.edge.releases))
            #expect(page.html(Messages.of(.en)).source.contains("units directly under it"))
        }
    }

    @Test func aRestoredBackupTakesNoReleaseBack() throws {
        try ReleaseDistrict.with(3) { district in
            for community in 0..<3 { try district.count(community, 40, of: 100) }
            let backup = district.folder + "/backup"
            _ = try district.registry.identity()
            try district.registry.backup(to: backup)
            let release = try #require(try district.at(8))
            let elsewhere = district.folder + "/restored"
            try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
            try district.registry.backup(to: elsewhere + "/registry.sqlite")
            _ = try RegistryFile.restore(backup, into: elsewhere, wall: district.wall)
            let restored = try RegistryStore(elsewhere + "/registry.sqlite")
            #expect(try restored.releases().map(\.id) == [release.id])
            #expect(try restored.release(release.id) == release.encoded())
        }
    }

    @Test func onlyTheTopTellsThePublicAndItsInsideIsClosed() throws {
        let token = "read_token: 0123456789abcdef\n"
        let parent =
            "parent: https://example.org\nunit: \"421303000000\"\ntoken: \(String(repeating: "a", count: 32))\n"
        for (text, key) in [
            ("release_times: 08:00\n" + token + parent, "release_times"), ("release_times: 08:00\n", "read_token"),
            ("release_times: 8 Uhr\n" + token, "release_times"),
        ] {
            let error = #expect(throws: SettingsErrors.self) { try AggregatorSettings(text: text, file: "a.yaml") }
            #expect(error?.problems.map(\.key) == [key])
        }
        let top = try AggregatorSettings(text: "release_times: 08:00 18:00\n" + token, file: "a.yaml")
        #expect(top.releaseTimes == ReleaseTimes("18:00 08:00"))
        #expect(try AggregatorSettings(text: "", file: "a.yaml").releaseTimes == nil)
    }

    // MARK: Readers

    @Test func aTableHasARowForEachPlace() throws {
        try ReleaseDistrict.with(3) { district in
            for (community, done) in [(0, Int64(4)), (1, 60), (2, 0)] { try district.count(community, done, of: 100) }
            let release = try #require(try district.at(8))
            let lines = String(decoding: ReleaseCSV.encoded(release), as: UTF8.self).split(separator: "\r\n")
            #expect(lines.count == 5 && lines[0].contains("survey.completion.done"))
            #expect(lines[2].contains(",1,,,100,,,,,,,0,done missing,"), "\(lines[2])")
            #expect(lines[4].contains(",1,0,100,100,0.0,0.0,0.0,,100,100,0,,"), "\(lines[4])")
        }
    }

    @Test func anybodyReadsReleasesAndNothingElse() async throws {
        let district = try ReleaseDistrict.made(3)
        defer { district.remove() }
        for (community, done) in [(0, Int64(4)), (1, 60), (2, 0)] { try district.count(community, done, of: 100) }
        let routes = PublicRoutes(district.edge).routes
        func answer(_ name: String, _ language: String = "zh") async throws -> Reply {
            let route = try #require(routes.first { $0.pattern == (name.isEmpty ? "/public" : "/public/{name}") })
            return try await route.handler(
                Call(
                    method: "GET", path: "/public/" + name, captures: ["name": name],
                    headers: ["accept-language": language], peer: "203.0.113.9"))
        }
        let early = try await answer("")
        #expect(early.status == 200 && String(decoding: early.body, as: UTF8.self).contains("还没有发布"))
        try district.at(8)
        let id = "\(ReleaseDistrict.campaign)-20220407T080000"
        for (name, status) in [
            ("", 200), ("releases.json", 200), (id, 200), (id + ".json", 200), (id + ".csv", 200), ("x.json", 404),
            ("x", 404),
        ] {
            #expect(try await answer(name).status == status, "\(name)")
        }
        let page = String(decoding: try await answer(id).body, as: UTF8.self)
        #expect(page.contains("不公布") && page.contains("曾都区") && !page.contains("u0"))
        #expect(String(decoding: try await answer(id, "en").body, as: UTF8.self).contains("not published"))
    }
}
