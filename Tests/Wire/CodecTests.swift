import Federation
import Foundation
import Testing

@testable import Wire

@Suite struct CodecTests {
    /// Bytes of a released version are frozen: whoever changes them changes the protocol.
    private static let golden = """
        {"v":1,"inc":"00000000000000000000000000000007","epoch":[2,"00000000000000000000000000000007"],"session":[3,"00000000000000ff"],\
        "push":"0000000000000010","part":1,"from":[4,"0000000000000000000000000000000a"],"to":[6,"0000000000000000000000000000000b"],\
        "sets":[["demo","00000000000000000000000000000001"],["demo",null]],"sym":["now","7","9"]}
        [5,0,0,1,1649239200,0,-1,12]
        [6,1,0,2]

        """

    private static let push = Push(
        kind: .delta, incarnation: Incarnation(value: 7), epoch: Epoch(number: 2, holder: Incarnation(value: 7)),
        session: Session(counter: 3, tag: 255), id: 16, part: 1, from: Position(seq: 4, digest: Digest(value: 10)),
        to: Position(seq: 6, digest: Digest(value: 11)),
        changes: [
            RowChange(
                seq: 5, key: key("7"),
                body: RowBody(catalogue: CatalogueHash(value: 1), counts: [0, .unknown, 12], asOf: 1_649_239_200)),
            RowChange(seq: 6, key: key("9"), body: nil),
        ])

    private static func key(_ subject: StaticString) -> RowKey {
        RowKey(dataset: Code(literal: "demo"), period: Code(literal: "now"), subject: Code(literal: subject))
    }

    @Test func aPushIsTheseBytes() throws {
        #expect(String(decoding: PushCodec.encode(Self.push), as: UTF8.self) == Self.golden)
        #expect(try PushCodec.decode(Array(Self.golden.utf8), kind: .delta) == Self.push)
    }

    /// A later version may add members with any value that JSON has; a client may spell an absent one as null.
    @Test(arguments: [
        #""later":1.5"#, #""later":-0.25e-7"#, #""later":1E+400"#, #""later":[{"a":[1.0,"x",true,null]}]"#,
        #""later":123456789012345678901234567890"#,
    ])
    func unknownMembersAreIgnored(member: String) throws {
        let text = Self.golden.replacing(#"{"v":1,"#, with: #"{"v":1,"# + member + ",", maxReplacements: 1)
        #expect(try PushCodec.decode(Array(text.utf8), kind: .delta) == Self.push)
    }

    @Test(arguments: [#""later":01"#, #""later":1."#, #""later":.5"#, #""later":-"#, #""later":1e"#, #""later":nul"#])
    func whatIsNotJSONIsRefused(member: String) {
        let text = Self.golden.replacing(#"{"v":1,"#, with: #"{"v":1,"# + member + ",", maxReplacements: 1)
        #expect(throws: WireError.self) { try PushCodec.decode(Array(text.utf8), kind: .delta) }
    }

    @Test func nullIsAsGoodAsLeftOut() throws {
        let text = Self.golden
            .replacing(#""epoch":[2,"00000000000000000000000000000007"]"#, with: #""epoch":null"#)
            .replacing(#""to":[6,"0000000000000000000000000000000b"]"#, with: #""to":null"#)
        let push = try PushCodec.decode(Array(text.utf8), kind: .delta)
        #expect(push.epoch == nil && push.to == nil && push.changes == Self.push.changes)
    }

    @Test(arguments: ["gzip", "GZIP", "x-gzip"]) func encodingsAndTypesHaveNoCase(encoding: String) throws {
        var request = PushRequest(Self.push)
        request.contentType = "Application/X-NDJSON; V=1"
        request.contentEncoding = encoding
        #expect(try request.push() == Self.push)
    }

    @Test(arguments: [
        (
            Answer(
                outcome: .held(Position(seq: 1, digest: Digest(value: 2))), parent: Incarnation(value: 3),
                role: .shadow,
                epoch: Epoch(number: 1, holder: Incarnation(value: 3)), nextAfterMilliseconds: 60, registry: "aa"), 200
        ),
        (Answer(outcome: .staged(part: 2), parent: Incarnation(value: 3)), 200),
        (Answer(outcome: .contradicted(have: nil, .unknown), parent: Incarnation(value: 3)), 409),
        (
            Answer(
                outcome: .contradicted(have: .origin, .catalogue([CatalogueHash(value: 5)])),
                parent: Incarnation(value: 3)), 409
        ),
        (Answer(outcome: .refused([RowRefusal(line: 2, why: "x")]), parent: Incarnation(value: 3)), 422),
        (Answer(outcome: .tooLarge, parent: Incarnation(value: 3)), 413),
        (Answer(outcome: .busy(retryAfterSeconds: 5), parent: Incarnation(value: 3)), 503),
    ])
    func answersRoundTrip(answer: Answer, status: Int) throws {
        let message = AnswerCodec.encode(answer)
        #expect(message.status == status)
        #expect(try AnswerCodec.decode(message) == answer)
    }

    @Test(arguments: [
        (200, "<html>"), (200, "{}"), (200, #"{"v":1,"parent":"x","at":[1,"y"]}"#), (204, ""),
        (409, #"{"error":"stale"}"#),
    ])
    func whatNamesNoParentIsNoAnswer(status: Int, body: String) {
        #expect(throws: WireError.self) {
            try AnswerCodec.decode(AnswerMessage(status: status, body: Array(body.utf8)))
        }
    }

    /// Any bytes whatever: an error or a push, never a trap.
    @Test func damagedBytesAreErrorsNotCrashes() {
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let original = Array(Self.golden.utf8)
        let spice = Array("{}[],:\"\\-0123456789abcnulltrue.eE\n\u{0}é".utf8)
        var errors = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0...next(4) {
                switch next(3) {
                case 0: bytes[next(bytes.count)] = spice[next(spice.count)]
                case 1: bytes.remove(at: next(bytes.count))
                default: bytes.insert(spice[next(spice.count)], at: next(bytes.count))
                }
            }
            do { _ = try PushCodec.decode(bytes, kind: .delta) } catch { errors += 1 }
        }
        #expect(errors > 10_000)
    }

    @Test func gzipIsBounded() throws {
        let bomb = Gzip.compress([UInt8](repeating: 10, count: 10_000_000))
        #expect(throws: WireError.self) { try Gzip.inflate(bomb, limit: Limits.inflated) }
        let text = Array("some text, some text, some text".utf8)
        #expect(try Gzip.inflate(Gzip.compress(text), limit: 1000) == text)
        #expect(throws: WireError.self) { try Gzip.inflate(Array(Gzip.compress(text).dropLast()), limit: 1000) }
        #expect(throws: WireError.self) { try Gzip.inflate([], limit: 1000) }
    }

    /// ≤ 200 + 25·d bytes for d rows of 8 values, and ≤ 200 for none: what a reconnect costs.
    @Test func aReconnectCostsWhatDiffers() {
        var chance = SystemRandomNumberGenerator()
        for rows in [0, 100, 1000] {
            var push = Self.push
            push.incarnation = .random(using: &chance)
            push.epoch = Epoch(number: 1, holder: push.incarnation)
            push.session.tag = .random(in: 0 ... .max)
            push.id = .random(in: 0 ... .max)
            push.from = Position(seq: 812, digest: Digest(value: .random(in: 0 ... .max)))
            push.to = rows == 0 ? push.from : Position(seq: 9000, digest: Digest(value: .random(in: 0 ... .max)))
            push.changes = (0..<rows).map { number in
                RowChange(
                    seq: UInt64(900 + number),
                    key: RowKey(
                        dataset: Code(literal: "demo"), period: Code(literal: "now"), subject: Code("b\(number)")!),
                    body: RowBody(
                        catalogue: CatalogueHash(value: 1),
                        counts: (0..<8).map { _ in Count(Int64.random(in: 0..<400)) ?? 0 }, asOf: 1_649_239_200))
            }
            let bytes = Gzip.compress(PushCodec.encode(push)).count
            #expect(bytes <= 200 + 25 * rows, "\(rows) rows take \(bytes) bytes")
        }
    }

    @Test func aReasonForEveryRowOfAPartCanBeHeard() throws {
        let why = "count_out_of_range:" + String(repeating: "i", count: 64)
        let rows = (1...Limits.rows).map { RowRefusal(line: $0, why: why) }
        let answer = Answer(outcome: .refused(rows), parent: Incarnation(value: 1))
        #expect(try AnswerCodec.decode(AnswerCodec.encode(answer)) == answer)
    }

    /// One letter with half a million accents is one character to Swift; the answer must not repeat them all.
    @Test func aNameThatIsNoCodeIsNotRepeatedAtLength() throws {
        let name = "e" + String(repeating: "\u{301}", count: 200_000)
        let text = Self.golden.replacing("\"now\"", with: "\"\(name)\"")
        let error = #expect(throws: WireError.self) { try PushCodec.decode(Array(text.utf8), kind: .delta) }
        #expect(error?.message.utf8.count ?? 0 < 1000)
    }
}
