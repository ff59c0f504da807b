import Federation

/// Invariant 6: a row that left a node is on its disk: after a crash the node has at least what it sent.
final class SentIsDurable: Checker {
    private unowned let world: World
    private var sent: [Incarnation: UInt64] = [:]
    init(_ world: World) { self.world = world }

    func sent(_ push: Push, by machine: any Child, _ store: any LinkStoring) {
        let last = max(push.changes.last?.seq ?? 0, push.to?.seq ?? 0)
        sent[push.incarnation] = max(sent[push.incarnation] ?? 0, last)
    }

    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation) {
        guard !machine.rewound, let last = sent[incarnation], store.position.seq < last else { return }
        world.violate(6, "\(machine.name) sent \(last) and has \(store.position.seq)")
    }
}
