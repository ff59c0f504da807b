import Federation

@testable import District

/// What a few lives of two units do with their parent, told byte by byte: rows written between parts, parts lost,
/// late, repeated and tampered with, copies restored and cloned, the parent restarted and emptied.
enum StagingBytes {
    static func run(_ bytes: [UInt8]) {
        var play = StagingPlay()
        var rest = bytes[...]
        while let act = rest.popFirst(), let detail = rest.popFirst() { play.act(act, detail) }
        play.finish()
    }
}

struct StagingPlay {
    private var parent = StagingStage.opened
    private var children = StagingStage.cast
    /// Under its incarnation something was said that an honest node wouldn't say.
    private var slandered: Set<Incarnation> = []
    private var backup: StagingChild?
    /// Requests that may arrive again.
    private var wire: [(push: Push, unit: Int)] = []

    mutating func act(_ act: UInt8, _ detail: UInt8) {
        let who = Int(detail & 3)
        switch act & 15 {
        case 0, 1, 2: children[who].write(Int(detail >> 2) & 15, act >> 4 == 15 ? nil : Int64(act >> 4))
        case 3: children[who].delete(Int(detail >> 2) & 15)
        case 4: children[who].begin(.snapshot)
        case 5, 6: send(who, rows: Int(detail >> 2), lost: false, heard: true)
        case 7: send(who, rows: Int(detail >> 2), lost: false, heard: false)
        case 8: send(who, rows: Int(detail >> 2), lost: true, heard: false)
        case 9: again([Int(detail)])
        case 10: again([Int(detail & 15), Int(detail >> 4)])
        case 11: tamper(Int(act >> 4), detail)
        case 12: parent.pass(Int64(detail) * Int64(detail))
        case 13: parent.restart(empty: detail & 1 == 1)
        case 14: mischief(who, Int(detail >> 2) & 3, Int(act >> 4))
        default: bulk(who, detail)
        }
    }

    // MARK: Requests

    private mutating func send(_ who: Int, rows: Int, lost: Bool, heard: Bool) {
        let push = children[who].post(limit: rows + 1)
        if wire.count < 16 { wire.append((push, children[who].unit)) }
        guard !lost else { return }
        let answer = parent.hear([(push, children[who].unit)])[0]
        if case .contradicted(_, .mismatch) = answer.outcome {
            holds(slandered.contains(push.incarnation), "an honest node's rows don't add up")
        }
        if heard { children[who].hear(answer, to: push) }
    }

    private mutating func again(_ places: [Int]) {
        guard !wire.isEmpty else { return }
        _ = parent.hear(places.map { wire[$0 % wire.count] })
    }

    private mutating func tamper(_ how: Int, _ detail: UInt8) {
        guard !wire.isEmpty else { return }
        var (push, unit) = wire[Int(detail >> 4) % wire.count]
        slandered.insert(push.incarnation)
        push.tamper(how, Int(detail & 15))
        if how == 15 { unit = 1 - unit }
        _ = parent.hear([(push, unit)])
    }

    private mutating func mischief(_ who: Int, _ what: Int, _ how: Int) {
        switch what {
        case 0: children[who].restart()
        case 1: backup = children[who]
        case 2:
            guard let backup else { return children[who].mint() }
            slandered.insert(backup.incarnation)
            children[who] = backup
            children[who].restart()
        default:
            parent.decide(children[who].incarnation, unit: children[who].unit, adopts: how & 1 == 1)
        }
    }

    /// Many rows with large counts: what a part and a unit's sum may bear.
    private mutating func bulk(_ who: Int, _ detail: UInt8) {
        for row in 0..<(detail & 128 == 0 ? 3 : 12) {
            children[who].write(16 + row, detail & 64 == 0 ? 7 : Count.ceiling + Int64(detail & 32))
        }
    }

    // MARK: At the end

    mutating func finish() {
        for child in children where !slandered.contains(child.incarnation) {
            guard let copy = parent.copy(child), copy.parent.held == child.position else { continue }
            holds(parent.rows(copy) == child.live, "a position is held, other rows are")
        }
        parent.finish()
    }
}

extension Push {
    fileprivate mutating func tamper(_ how: Int, _ detail: Int) {
        switch how {
        case 0: to = Position(seq: UInt64(detail), digest: to?.digest ?? .empty)
        case 1: to?.digest = Digest(value: 1)
        case 2: from = detail == 0 ? nil : Position(seq: UInt64(detail), digest: .empty)
        case 3: session.counter = UInt64(detail)
        case 4: session.tag = UInt64(detail)
        case 5: epoch = Epoch(number: detail == 0 ? 9_007_199_254_740_991 : UInt64(detail), holder: incarnation)
        case 6: part = detail
        case 7: id = UInt64(detail)
        case 8: kind = kind == .delta ? .snapshot : .delta
        case 9: incarnation = Incarnation(value: UInt128(100 + detail))
        case 10: catalogues = [StagingStage.stranger]
        case 11: to = nil
        default: tamperRow(how, detail)
        }
    }

    private mutating func tamperRow(_ how: Int, _ detail: Int) {
        guard !changes.isEmpty else { return }
        let place = detail % changes.count
        switch how {
        case 12: changes[place].body?.catalogue = StagingStage.stranger.hash
        case 13: changes[place].body?.counts = Array(repeating: Count(unchecked: Int64(detail) - 3), count: detail % 4)
        case 14: changes[place].body?.asOf = Int64(detail) - 8
        default: changes.remove(at: place)
        }
    }
}
