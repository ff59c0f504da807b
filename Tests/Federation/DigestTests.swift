import Laws
import Testing

@testable import Federation

@Suite struct DigestTests {
    private let incarnation = Incarnation(value: 7)

    @Test func incrementalEqualsRecomputedWhateverTheOrder() {
        for seed in 1...50 {
            var chance = SplitMix(UInt64(seed))
            var model = RowModel(incarnation: incarnation)
            for _ in 0..<200 { model.change(using: &chance) }
            var digest = Digest.empty
            for (key, body) in model.rows.shuffled(using: &chance) {
                digest.replace(key, nil, by: body, in: incarnation)
            }
            #expect(digest == model.position.digest)
        }
    }

    @Test func zeroUnknownAndMissingHaveDigestsOfTheirOwn() {
        let key = RowModel.key(1)
        let catalogue = CatalogueHash(value: 1)
        func digest(_ counts: [Count]?) -> Digest {
            var digest = Digest.empty
            digest.replace(
                key, nil, by: counts.map { RowBody(catalogue: catalogue, counts: $0, asOf: 0) }, in: incarnation)
            return digest
        }
        let all = [digest([0]), digest([.unknown]), digest([]), digest(nil), digest([0, 0])]
        #expect(Set(all).count == all.count)
        #expect(digest(nil) == .empty)
    }

    @Test func incarnationsWithTheSameRowsDiffer() {
        let body = RowBody(catalogue: CatalogueHash(value: 1), counts: [3], asOf: 5)
        #expect(
            Digest.hash(RowModel.key(1), body, in: incarnation)
                != Digest.hash(RowModel.key(1), body, in: Incarnation(value: 8)))
    }

    @Test func codesAreAsciiOfBoundedLengthInByteOrder() {
        #expect(Code("7-2_1101:a.B") != nil)
        for bad in ["", "千", "a b", "é", "\u{F92C}", String(repeating: "x", count: 65)] { #expect(Code(bad) == nil) }
        #expect(Code(literal: "B") < Code(literal: "a"))
        #expect(Code(literal: "b10") < Code(literal: "b9"))
    }

    @Test func catalogueTextsRoundTripAndNameThemselves() throws {
        let text = "demo\ndone households open\ndue households small\n"
        let catalogue = try #require(Catalogue(text: text))
        #expect(catalogue.text == text)
        #expect(catalogue.hash != Catalogue(text: text.replacing("small", with: "open"))?.hash)
        for bad in [
            "", "demo\n", "demo\na b\n", "demo\na households open", "demo\na households open\na households open\n",
        ] {
            #expect(Catalogue(text: bad) == nil)
        }
    }
}

/// A child's rows as simply as they can be kept: what the real ones are held against.
struct RowModel {
    var incarnation: Incarnation
    var rows: [RowKey: RowBody] = [:]
    /// The number of each key's last change, deletions included.
    var numbers: [RowKey: UInt64] = [:]
    var position = Position.origin

    init(incarnation: Incarnation) { self.incarnation = incarnation }

    static func key(_ number: Int) -> RowKey {
        RowKey(
            dataset: Code(literal: "demo"), period: Code(literal: "now"),
            subject: Code("b\(number)") ?? Code(literal: "-"))
    }

    mutating func change(using chance: inout SplitMix) {
        let key = RowModel.key(Int.random(in: 0..<12, using: &chance))
        let body =
            Int.random(in: 0..<5, using: &chance) == 0
            ? nil
            : RowBody(
                catalogue: CatalogueHash(value: 1), counts: [Count(Int64.random(in: 0..<9, using: &chance)) ?? 0],
                asOf: 0)
        write(key, body)
    }

    mutating func write(_ key: RowKey, _ body: RowBody?) {
        guard rows[key] != body || body != nil else { return }
        position.seq += 1
        position.digest.replace(key, rows[key], by: body, in: incarnation)
        rows[key] = body
        numbers[key] = position.seq
    }

    func changes(after seq: UInt64) -> [RowChange] {
        numbers.filter { $0.value > seq }.map { RowChange(seq: $0.value, key: $0.key, body: rows[$0.key]) }
            .sorted { $0.seq < $1.seq }
    }

    mutating func mint(_ fresh: Incarnation) {
        let live = rows.sorted { $0.key < $1.key }
        self = RowModel(incarnation: fresh)
        for (key, body) in live { write(key, body) }
    }
}
