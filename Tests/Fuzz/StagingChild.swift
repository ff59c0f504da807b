import Federation

/// One life of a unit's rows, as simply as it can be.
struct StagingChild {
    private struct Flight {
        var kind: Push.Kind
        var from: Position?
        var part = 1
        var lastSeq: UInt64
        /// Kept, because a part is repeated byte for byte.
        var sent: Push?
    }

    let unit: Int
    private(set) var incarnation: Incarnation
    private(set) var position = Position.origin
    private var session = Session(counter: 1, tag: 1)
    private var epoch: Epoch?
    private var cursor: Position?
    private var floor: UInt64 = 0
    private var pushes: UInt64 = 0
    private var flight: Flight?
    /// By key; a deleted row stays as a tombstone until it is acknowledged.
    private var rows: [RowKey: RowChange] = [:]

    init(_ incarnation: UInt128, unit: Int) {
        self.incarnation = Incarnation(value: incarnation)
        self.unit = unit
    }

    var live: [RowKey: RowBody] { rows.compactMapValues(\.body) }

    // MARK: Rows

    mutating func write(_ place: Int, _ count: Int64?) {
        let key = StagingStage.keys[place % StagingStage.keys.count]
        let count = count.map { Count(unchecked: $0) } ?? .unknown
        change(key, RowBody(catalogue: StagingStage.demo.hash, counts: [count, count], asOf: 1_649_242_800))
    }

    mutating func delete(_ place: Int) {
        let key = StagingStage.keys[place % StagingStage.keys.count]
        if rows[key]?.body != nil { change(key, nil) }
    }

    private mutating func change(_ key: RowKey, _ body: RowBody?) {
        position.digest.replace(key, rows[key]?.body, by: body, in: incarnation)
        position.seq += 1
        rows[key] = RowChange(seq: position.seq, key: key, body: body)
    }

    // MARK: Runs and lives

    mutating func restart() {
        session.counter += 1
        flight = nil
    }

    mutating func mint() {
        let live = live.sorted { $0.key < $1.key }
        incarnation = Incarnation(value: incarnation.value &+ 16)
        (position, cursor, floor, rows, flight) = (.origin, nil, 0, [:], nil)
        for (key, body) in live { change(key, body) }
    }

    // MARK: Link

    mutating func begin(_ kind: Push.Kind) {
        let kind: Push.Kind = cursor.map { $0.seq < floor } ?? true ? .snapshot : kind
        pushes += 1
        flight = Flight(kind: kind, from: cursor, lastSeq: kind == .snapshot ? 0 : cursor?.seq ?? 0)
    }

    mutating func post(limit: Int) -> Push {
        if flight == nil { begin(.delta) }
        guard var flight else { fatalError("no flight") }
        if let sent = flight.sent { return sent }
        let waiting = rows.values.filter { $0.seq > flight.lastSeq }.sorted { $0.seq < $1.seq }
        let changes = Array(waiting.prefix(limit))
        let push = Push(
            kind: flight.kind, incarnation: incarnation, epoch: epoch, session: session, id: pushes, part: flight.part,
            from: flight.from, to: changes.count == waiting.count ? position : nil, changes: changes)
        flight.lastSeq = changes.last?.seq ?? flight.lastSeq
        flight.sent = push
        self.flight = flight
        return push
    }

    mutating func hear(_ answer: Answer, to push: Push) {
        if let heard = answer.epoch, epoch.map({ $0 < heard }) ?? true { epoch = heard }
        switch answer.outcome {
        case .staged:
            flight?.part += 1
            flight?.sent = nil
        case .held(let at):
            (cursor, floor, flight) = (at, at.seq, nil)
            rows = rows.filter { $0.value.body != nil || $0.value.seq > at.seq }
        case .contradicted(_, .fork), .contradicted(_, .mismatch): mint()
        case .contradicted(let have?, _) where have.seq > position.seq: mint()
        case .contradicted(let have, _): (cursor, flight) = (have, nil)
        case .refused(let rows):
            for row in rows {
                let change = push.changes[row.line - 1]
                self.change(change.key, change.body?.emptied())
            }
            flight = nil
        default: flight = nil
        }
    }
}
