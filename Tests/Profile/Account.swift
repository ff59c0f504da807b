import Federation

@testable import District

/// What really happened in an evening, for its closing line.
struct Account {
    private let size: [(Int, String)]
    private let kinds: [(Int, String)]

    /// - Parameter places: that were served in the end.
    init(_ evening: FaultyEvening, _ watch: Watch, places: Int) {
        let (nodes, lines) = (evening.nodes, evening.lines)
        func happened(_ fate: Uplink.Fate) -> Int { lines.reduce(0) { $0 + $1.happened(fate) } }
        func kills(_ lot: FaultyEvening.Lot) -> Int { nodes.reduce(0) { $0 + ($1.lot == lot ? $1.node.kills : 0) } }
        let takeovers = evening.hall.aggregator.look().speakers.filter { ($0.epoch?.number ?? 0) > 1 }.count
        size = [
            (nodes.count, "units"), (nodes.reduce(0) { $0 + $1.node.doors }, "households"),
            (nodes.reduce(0) { $0 + $1.node.records }, "records"), (places, "places served"),
            (evening.restarted, "nodes restarted by an operator"),
        ]
        kinds = [
            (happened(.requestCut), "requests cut"), (happened(.answerLost), "answers lost"),
            (happened(.answerCut), "answers cut"), (happened(.repeated), "requests repeated"),
            (evening.hall.lives, "kills of the aggregator"), (kills(.killed), "kills of nodes"),
            (kills(.foundDead), "found dead"), (evening.setBack(.restored), "set back"),
            (evening.setBack(.movedElsewhere), "set back elsewhere"), (evening.testimony.newLives, "new lives"),
            (takeovers, "takeovers"), (lines.reduce(0) { $0 + $1.refused }, "calls into a line that was away"),
            (watch.districtsAway, "districts away"), (watch.looks, "looks"),
            (watch.incomplete, "with somebody missing"),
            (watch.mostStale, "stale at most"),
        ]
    }

    /// What never happened.
    var missing: [String] { kinds.filter { $0.0 == 0 }.map(\.1) }
    var line: String { (size + kinds).map { "\($0) \($1)" }.joined(separator: ", ") }
}
