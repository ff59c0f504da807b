import District
import Federation
import Sync

/// Invariant 4, one level up: a district that has just started and lost its rows doesn't take back what it had
/// published. For one lease no unit that it named as heard becomes one that never was.
final class RowsStandWhileUnitsAreAwaited: Checker {
    private unowned let world: World
    private var named: [Int: Set<RowKey>] = [:]
    init(_ world: World) { self.world = world }

    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation) {
        guard let relay = machine as? RelayMachine, !relay.rewound else { return }
        let heard = Set(store.rows.filter { $0.key.dataset == Rounds.dataset && $0.value.counts[3] == 0 }.keys)
        // A district whose rows are older has heard everybody and may have forgotten a round; that is no silence.
        // Whoever an officer has retired isn't heard either, until another copy has taken its place.
        let retired = relay.district.ledger?.book.retired ?? [:]
        let lost = (named[relay.number] ?? []).subtracting(heard).filter {
            relay.district.held($0.subject)?.active == nil && relay.district.isCounted($0.subject)
                && retired[$0.subject, default: []].isEmpty
        }
        named[relay.number] = heard
        guard !lost.isEmpty, relay.district.clockNow < Int64(World.pace.leaseMilliseconds) else { return }
        world.violate(4, "\(relay.name) took back \(lost.count) rows \(relay.district.clockNow) ms after its start")
    }
}
