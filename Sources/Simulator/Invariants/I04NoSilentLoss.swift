import Federation
import Sync

/// Invariant 4, as far as a node can know it by itself: a database that is older than what its own sidecar saw
/// acknowledged never goes on as the same life. What was taken back is then looked for, not overwritten.
final class NoSilentLoss: Checker {
    private unowned let world: World
    private var acknowledged: [Int: [Incarnation: UInt64]] = [:]
    init(_ world: World) { self.world = world }

    func acknowledged(by machine: CompoundMachine, _ link: ChildLink) {
        guard let cursor = link.cursor else { return }
        acknowledged[machine.number, default: [:]][link.incarnation] = cursor.seq
    }

    func written(by machine: CompoundMachine, _ store: any CompoundStoring, _ incarnation: Incarnation) {
        guard !machine.lostItsSidecar, let seq = acknowledged[machine.number]?[incarnation] else { return }
        if store.position.seq < seq {
            world.violate(4, "\(machine.name) goes on at \(store.position.seq) though \(seq) was acknowledged")
        }
    }
}
