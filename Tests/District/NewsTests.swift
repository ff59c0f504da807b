import Coverage
import Daemon
import Federation
import Foundation
import Synchronization
import Testing

@testable import District

/// A node pushes every few seconds, nearly always to say that it lives: whoever reads figures is told of what they say, and of
/// nothing else.
@Suite struct NewsTests {
    private typealias District = BookDistrict

    private static func contacts(_ district: District) -> UInt64 {
        district.picture.contacts[District.campaign, default: 0]
    }

    @Test func aHeartbeatOfAKnownUnitIsNoNewsOfFigures() throws {
        try District.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            try district.hear(node.push(from: nil))
            #expect(district.news == .figures)
            _ = district.sweep()
            district.now += 5000
            try district.hear(node.push(from: node.position))
            #expect(district.news == .pages && Self.contacts(district) == 0)
            #expect(district.sweep() == .nothing)
            let at = node.position
            node.count("7", completed: 31, unvisited: 49)
            try district.hear(node.push(from: at))
            #expect(district.news == .figures, "a row")
            district.now += 10 * District.minute
            #expect(district.sweep() == .figures, "an appointment passed")
            #expect(district.sweep() == .nothing)
            try district.hear(node.push(from: node.position))
            #expect(district.news == .figures, "and is kept again")
            let call = PhoneIn(
                at: district.wall, unit: District.other, campaign: District.campaign,
                counts: PhoneIn.Counts(done: 65, due: 82, tested: nil, residents: nil), caller: "w", officer: "l")
            try district.perform(.phoneIn(call))
            #expect(district.news == .figures, "what was decided or rung up")
        }
    }

    /// Figures name the oldest contact of those that aren't known.
    @Test func aHeartbeatOfASilentUnitMovesItsLastContact() throws {
        try District.with { district in
            var node = CaseNode(1)
            try district.hear(node.push(from: nil))
            #expect(district.picture.speakers[0].active != nil && district.figures.completeness.silent == 1)
            let (first, before) = (Self.contacts(district), district.figures.oldestContact)
            try district.hear(node.push(from: node.position))
            #expect(Self.contacts(district) == first, "within the same second it is the same contact")
            district.now += 5000
            try district.hear(node.push(from: node.position))
            #expect(district.news == .pages && Self.contacts(district) == first + 1)
            #expect(district.figures.oldestContact == before.map { $0 + 5 })
            let picture = district.picture
            #expect(picture.revision(of: District.campaign) == picture.revision + first + 1)
            #expect(picture.revision(of: Code(literal: "closed")) == picture.revision, "a closed round is over")
        }
    }

    /// A call stands only while the unit hasn't been heard since: that is a figure in whatever round it was about.
    @Test func aContactThatEndsACallIsToldOfItsRoundAlthoughThatIsClosed() throws {
        try District.with { district in
            var node = CaseNode(1)
            try district.hear(node.push(from: nil))
            try district.perform(
                .phoneIn(
                    PhoneIn(
                        at: district.wall, unit: District.unit, campaign: District.campaign,
                        counts: PhoneIn.Counts(done: 65, due: 82, tested: nil, residents: nil), caller: "w",
                        officer: "l")))
            district.now += 5000
            try district.close()
            #expect(district.figures.phonedIn.count == 1)
            let before = Self.contacts(district)
            try district.hear(node.push(from: node.position))
            #expect(district.figures.phonedIn.isEmpty && Self.contacts(district) == before + 1)
            district.now += 5000
            try district.hear(node.push(from: node.position))
            #expect(Self.contacts(district) == before + 2, "as long as the call isn't answered by rows")
        }
    }

    @Test func aTagStandsWhileFiguresDo() async throws {
        try await ServedDistrict.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            await district.hear(&node, of: ServedDistrict.units[0])
            let place = ["division": ServedDistrict.community]
            func stats(_ tag: String? = nil) async throws -> Reply {
                var call = district.call("GET", "/v1/stats", place, token: ServedDistrict.token)
                call.headers["if-none-match"] = tag
                return try await district.ask(district.open, call)
            }
            func page() async throws -> String? {
                try await district.get("/division/\(ServedDistrict.community)", token: ServedDistrict.token).tag
            }
            let (tag, shown) = (try #require(try await stats().tag), try await page())
            #expect(tag.hasPrefix("W/\""), "under one tag as_of may be a later one")
            for _ in 0..<3 { await district.beat(&node, of: ServedDistrict.units[0]) }
            for said in [tag, String(tag.dropFirst(2))] { #expect(try await stats(said).status == 304) }
            let later = try await page()
            #expect(later != shown, "pages say when it was heard")
            let whole = try await stats()
            #expect(whole.tag == tag && whole.words.contains("\"as_of\":\(district.aggregator.look().wall)"))
            var last = tag
            func expectNews(_ comment: Comment) async throws {
                let reply = try await stats(last)
                #expect(reply.status == 200 && reply.tag != last, comment)
                last = reply.tag ?? ""
            }
            let at = node.position
            node.count("7", completed: 31, unvisited: 49)
            await district.hear(&node, of: ServedDistrict.units[0], from: at)
            try await expectNews("a row")
            _ = try await district.aggregator.decide(
                .note(
                    WorkNote(key: "k", extent: 1, at: 1, reason: "r", officer: "l")))
            try await expectNews("a decision")
            try await district.admin(
                "/admin/campaigns", body: #"{"code":"later","name":"r","opens":4000000000,"deadline":4000000000}"#)
            try await expectNews("the registry")
        }
    }

    /// To whom an answer is given without asking anybody: everybody to whom it would be given, and nobody else.
    @Test func ofAllReadersOnlyTheFirstWaitsForAnAnswer() async throws {
        try await ServedDistrict.with { district in
            var node = CaseNode(1)
            node.count("7", completed: 30, unvisited: 50)
            await district.hear(&node, of: ServedDistrict.units[0])
            let route = try #require(district.open.first { $0.pattern == "/v1/stats" })
            func call(_ query: [String: String] = [:], token: String? = ServedDistrict.token, has: String? = nil)
                -> Call
            {
                let place = ["division": ServedDistrict.community].merging(query) { $1 }
                var call = district.call("GET", "/v1/stats", place, token: token)
                call.headers["if-none-match"] = has
                return call
            }
            #expect(route.ready?(call()) == nil, "nobody has asked yet")
            var (made, ready): (Reply?, Reply?)
            for _ in 0..<100 where ready == nil {
                // A sweep in between makes another picture.
                made = try await route.handler(call())
                ready = route.ready?(call())
            }
            #expect(ready?.status == 200 && ready?.body == made?.body)
            let tag = try #require(made?.tag)
            #expect(route.ready?(call(has: tag))?.status == 304)
            #expect(route.ready?(call(["wait": "1"], has: tag)) == nil, "has to wait")
            #expect(route.ready?(call(token: "wrong", has: tag)) == nil)
            #expect(route.ready?(call(token: nil, has: tag)) == nil)
            #expect(route.ready?(call(["on": "2022-04-05"], has: tag)) == nil, "is read from the registry")
            #expect(route.ready?(call(["no": "such"], has: tag)) == nil)
            let at = node.position
            node.count("7", completed: 31, unvisited: 49)
            await district.hear(&node, of: ServedDistrict.units[0], from: at)
            #expect(route.ready?(call(has: tag)) == nil, "what it said is no longer so")
        }
    }

    // MARK: The shelf

    private final class Asking: Sendable {
        private let shelf = AnswerShelf()
        private let count = Mutex(0)
        var made: Int { count.withLock { $0 } }

        func ask(_ tag: String, _ number: UInt64, long: Int = 0) async throws -> String {
            let bytes = try await shelf.bytes(tag, of: number) { [self] in
                count.withLock { $0 += 1 }
                return Array("\(tag)\(number)".utf8) + [UInt8](repeating: UInt8(ascii: "."), count: long)
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        func lies(_ tag: String, _ number: UInt64) -> Bool { shelf.shortBytes(tag, of: number) != nil }
    }

    @Test func anAnswerIsMadeOnceForEveryPicture() async throws {
        let asking = Asking()
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await asking.ask("a", 1) } }
            for try await said in group { #expect(said == "a1") }
        }
        #expect(asking.made == 1)
        #expect(try await asking.ask("b", 1) == "b1")
        #expect(try await asking.ask("a", 1) == "a1")
        #expect(asking.made == 2)
        #expect(asking.lies("a", 1) && !asking.lies("a", 2) && !asking.lies("c", 1))
        #expect(try await asking.ask("a", 2) == "a2", "the same figures, as of a later moment")
        #expect(try await asking.ask("a", 1) == "a2", "nobody is given an older one again")
        #expect(asking.made == 3)
        #expect(try await asking.ask("long", 2, long: 64 * 1024).hasPrefix("long2.."))
        #expect(!asking.lies("long", 2), "copying it may take as long as it likes, elsewhere")
        #expect(try await asking.ask("long", 2).count > 64 * 1024 && asking.made == 4)
    }
}
