import Federation
import Sync
import Wire

/// What a parent, a proxy or a captive portal says to a child, line by line, and what the child makes of it. The
/// first byte of a line picks the status.
enum AnswerBytes {
    private static let statuses = [200, 409, 422, 413, 415, 401, 400, 503, 429, 302]
    private static let catalogue = Catalogue(text: "demo\ndone households open\n")
    private static let own = Position(seq: 9, digest: Digest(value: 9))

    static func run(_ bytes: [UInt8]) {
        var link = ChildLink(
            incarnation: Incarnation(value: 7), session: Session(counter: 1, tag: 1),
            cursor: Position(seq: 3, digest: Digest(value: 3)), floor: 2, epoch: nil, parent: nil,
            catalogues: [catalogue].compactMap { $0 }, firstPush: 1)
        var push = follow(&link, .due, partial: false)
        for line in bytes.split(separator: 0x0a, maxSplits: 12) {
            guard let first = line.first else { continue }
            let message = AnswerMessage(
                status: statuses[Int(first) % statuses.count], body: Array(line.dropFirst()), retryAfterSeconds: 5)
            let event = Parent.heard(message, type: first & 0x80 == 0 ? Paths.answer : "text/html")
            if case .answer(let answer) = event { agrees(answer) }
            push = push == nil ? follow(&link, .due, partial: first & 0x40 != 0) : push
            push = follow(&link, event, partial: first & 0x40 != 0)
        }
    }

    /// Steps the link until it posts or waits.
    private static func follow(_ link: inout ChildLink, _ first: ChildLink.Event, partial: Bool) -> Push? {
        var event = first
        for _ in 0..<12 {
            switch link.step(event, draw: 12345) {
            case .post(let push): return push
            case .wait(let milliseconds):
                holds((0...2 * ChildLink.slowest).contains(milliseconds), "waits \(milliseconds) ms")
                return nil
            case .acknowledge(let position, _, let milliseconds):
                holds(position == own, "took a position for acknowledged that was not sent")
                holds((0...2 * ChildLink.slowest).contains(milliseconds), "waits \(milliseconds) ms")
                return nil
            case .read(let after, let limit):
                holds(limit > 0, "asks for no rows")
                event = .part(changes: changes(after: after), reachesEnd: !partial, own: own)
            case .mint: event = .minted(Incarnation(value: 8))
            case .quarantine(let keys, let refusals):
                holds(!keys.isEmpty && keys.count == refusals.count)
                event = .quarantined
            }
        }
        fatalError("the link goes round in circles")
    }

    private static func changes(after: UInt64) -> [RowChange] {
        guard let catalogue, after < own.seq else { return [] }
        return (after + 1...own.seq).map { seq in
            RowChange(
                seq: seq,
                key: RowKey(dataset: catalogue.dataset, period: Code(literal: "now"), subject: Code(literal: "7")),
                body: RowBody(catalogue: catalogue.hash, counts: [1], asOf: 0))
        }
    }

    /// What was understood is what would be said again.
    private static func agrees(_ answer: Answer) {
        var answer = answer
        // Other statuses than these are all heard as one of these.
        if case .unauthorized(let code) = answer.outcome, code.isEmpty { return }
        if case .busy = answer.outcome { answer.parent = answer.parent ?? Incarnation(value: 1) }
        let said = AnswerCodec.encode(answer)
        holds((try? AnswerCodec.decode(said)) == answer, "an answer doesn't survive its own codec")
    }
}
