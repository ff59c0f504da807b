import Testing

@testable import Federation

/// The child's half alone: each answer and what it makes the child do.
@Suite struct ChildLinkTests {
    private static let parent = Incarnation(value: 99)
    private static let cursor = Position(seq: 5, digest: Digest(value: 9))
    private static let own = Position(seq: 8, digest: Digest(value: 12))
    private static let catalogue = Catalogue(
        dataset: Code(literal: "demo"),
        indicators: [Indicator(code: Code(literal: "done"), unit: .households, suppression: Code(literal: "open"))])

    private static func link(
        cursor: Position? = cursor, floor: UInt64 = 5, parent: Incarnation? = nil
    ) -> ChildLink {
        ChildLink(
            incarnation: Incarnation(value: 1), session: Session(counter: 1, tag: 1), cursor: cursor, floor: floor,
            epoch: nil, parent: parent, catalogues: [catalogue], firstPush: 1)
    }

    private static func changes(_ seqs: ClosedRange<UInt64>) -> [RowChange] {
        seqs.map {
            RowChange(
                seq: $0, key: RowModel.key(Int($0)), body: RowBody(catalogue: catalogue.hash, counts: [1], asOf: 0))
        }
    }

    /// A link that has sent one push and waits for the answer.
    private static func sent(
        _ changes: [RowChange] = changes(6...8), end: Bool = true, link start: ChildLink? = nil
    ) -> (ChildLink, Push) {
        var link = start ?? self.link()
        _ = link.step(.due, draw: 0)
        guard case .post(let push) = link.step(.part(changes: changes, reachesEnd: end, own: own), draw: 0) else {
            preconditionFailure("a part that was read is sent")
        }
        return (link, push)
    }

    private func answer(_ outcome: Answer.Outcome, from parent: Incarnation? = ChildLinkTests.parent) -> ChildLink.Event
    {
        .answer(Answer(outcome: outcome, parent: parent))
    }

    @Test func aRetryAfterOfAnySizeIsCapped() {
        for seconds in [Int.min, -1, 0, 1, 3600, Int.max / 1000, Int.max] {
            var (link, _) = Self.sent()
            guard case .wait(let wait) = link.step(answer(.busy(retryAfterSeconds: seconds), from: nil), draw: 0) else {
                Issue.record("a busy parent is waited for")
                continue
            }
            #expect((1...ChildLink.slowest + 1000).contains(wait), "Retry-After: \(seconds)")
        }
    }

    @Test func onlyRowsThatWereSentAreEmptiedEachWithItsOwnReason() {
        var (link, _) = Self.sent()
        let rows = [(0, "x"), (9, "y"), (3, "third"), (1, "first"), (3, "again")].map {
            RowRefusal(line: $0.0, why: $0.1)
        }
        let effect = link.step(answer(.refused(rows)), draw: 0)
        #expect(
            effect
                == .quarantine(
                    [RowModel.key(8), RowModel.key(6)],
                    [RowRefusal(line: 3, why: "third"), RowRefusal(line: 1, why: "first")]))
    }

    /// A null row that is refused again must not spin: each round is a transaction and a request.
    @Test func aParentThatRefusesForEverIsGivenTime() {
        var (link, _) = Self.sent()
        var rounds = 0
        var effect = link.step(answer(.refused([RowRefusal(line: 1, why: "x")])), draw: 7)
        while case .quarantine = effect, rounds < 50 {
            rounds += 1
            effect = link.step(.quarantined, draw: 7)
            guard case .read = effect else { break }
            _ = link.step(.part(changes: Self.changes(6...8), reachesEnd: true, own: Self.own), draw: 7)
            effect = link.step(answer(.refused([RowRefusal(line: 1, why: "x")])), draw: 7)
        }
        #expect(rounds <= 5, "\(rounds) rounds without a pause")
        #expect(effect == .wait(milliseconds: 8))
        #expect(link.trouble != nil)
    }

    @Test func aStrangerWhoRefusesTheTokenIsNotTakenForTheParent() {
        let stranger = Incarnation(value: 7)
        for outcome in [
            Answer.Outcome.unauthorized("token_unknown"), .unsupported("v"), .invalid("x"), .busy(retryAfterSeconds: 1),
        ] {
            var (link, _) = Self.sent()
            _ = link.step(answer(outcome, from: stranger), draw: 0)
            #expect(link.parent == nil)
            (link, _) = Self.sent(link: link)
            _ = link.step(answer(.held(Self.own)), draw: 0)
            #expect(link.parent == Self.parent && link.cursor == Self.own)
        }
    }

    @Test func aPartIsSentAgainByteForByteAndAFirstPartAnew() {
        var (link, first) = Self.sent(Self.changes(6...7), end: false)
        #expect(first.part == 1 && first.to == nil)
        #expect(link.step(answer(.staged(part: 1)), draw: 0) == .read(after: 7, limit: ChildLink.rowsPerPart))
        let second = link.step(.part(changes: Self.changes(8...8), reachesEnd: true, own: Self.own), draw: 0)
        _ = link.step(.unanswered(.unreachable("lost")), draw: 0)
        #expect(link.step(.due, draw: 0) == second)
        (link, first) = Self.sent()
        _ = link.step(.unanswered(.unreachable("lost")), draw: 0)
        guard case .post(let again) = Self.sent(link: link).0.replayed else { return }
        #expect(again.id != first.id && again.part == 1)
    }

    @Test func aParentBehindTheTombstonesGetsEverything() {
        var (link, _) = Self.sent()
        let have = Position(seq: 3, digest: Digest(value: 4))
        #expect(link.step(answer(.contradicted(have: have, .stale)), draw: 0) == .read(after: 0, limit: 4096))
        guard case .post(let push) = link.step(.part(changes: [], reachesEnd: true, own: Self.own), draw: 0) else {
            Issue.record("a part that was read is sent")
            return
        }
        #expect(push.kind == .snapshot && push.from == have)
        var (other, _) = Self.sent(link: Self.link(floor: 2))
        #expect(other.step(answer(.contradicted(have: have, .stale)), draw: 0) == .read(after: 3, limit: 4096))
    }

    @Test func aSnapshotThatDoesNotVerifyIsNoReasonForANewLife() {
        var (link, _) = Self.sent(link: Self.link(cursor: nil))
        #expect(
            link.step(answer(.contradicted(have: nil, .mismatch)), draw: 0) == .wait(milliseconds: ChildLink.slowest))
        #expect(link.trouble == .unverifiable(mine: Self.own, theirs: nil))
    }

    @Test func cataloguesAreSentWhenAskedForAndNeverGuessed() {
        var (link, push) = Self.sent()
        #expect(push.catalogues.isEmpty)
        _ = link.step(answer(.contradicted(have: Self.cursor, .catalogue([Self.catalogue.hash]))), draw: 0)
        guard case .post(let again) = link.step(.part(changes: [], reachesEnd: true, own: Self.own), draw: 0) else {
            Issue.record("a part that was read is sent")
            return
        }
        #expect(again.catalogues == [Self.catalogue])
        #expect(
            link.step(answer(.contradicted(have: nil, .catalogue([CatalogueHash(value: 3)]))), draw: 0)
                == .wait(milliseconds: ChildLink.slowest))
    }

    @Test(arguments: [
        Contradiction.unknown, .stale, .parts, .catalogue([catalogue.hash]),
    ])
    func aParentThatContradictsForEverIsGivenTime(why: Contradiction) {
        var (link, _) = Self.sent()
        for round in 0..<50 {
            let effect = link.step(answer(.contradicted(have: Self.cursor, why)), draw: 7)
            if case .wait = effect { return #expect(round == 4) }
            _ = link.step(.part(changes: [], reachesEnd: true, own: Self.own), draw: 7)
        }
        Issue.record("fifty requests without a pause")
    }

    @Test func theGreaterEpochIsKept() {
        var (link, _) = Self.sent()
        let epochs = [(2, 5), (1, 9), (2, 4), (2, 6)].map { Epoch(number: $0.0, holder: Incarnation(value: $0.1)) }
        for epoch in epochs {
            _ = link.step(
                .answer(Answer(outcome: .busy(retryAfterSeconds: 1), parent: Self.parent, epoch: epoch)), draw: 0)
            (link, _) = Self.sent(link: link)
        }
        #expect(link.epoch == epochs[3])
    }
}

extension ChildLink {
    /// What is posted next if its rows are read as empty.
    fileprivate var replayed: Effect {
        var link = self
        _ = link.step(.due, draw: 0)
        return link.step(.part(changes: [], reachesEnd: true, own: .origin), draw: 0)
    }
}
