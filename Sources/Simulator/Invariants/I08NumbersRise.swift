import Federation

/// Invariant 8: within one life the numbers of a node that nobody rewound only rise, and one number is one state.
final class NumbersRise: Checker {
    private unowned let world: World
    private var last: [Incarnation: Position] = [:]
    init(_ world: World) { self.world = world }

    func written(by machine: CompoundMachine, _ store: any CompoundStoring, _ incarnation: Incarnation) {
        guard !machine.rewound else { return }
        let position = store.position
        if let old = last[incarnation], position.seq < old.seq || (position.seq == old.seq && position != old) {
            world.violate(8, "\(machine.name) went from \(old.seq) to \(position.seq) within one life")
        }
        last[incarnation] = position
    }
}
