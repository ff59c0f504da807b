import Federation

/// Invariant 8: within one life the numbers of a node that nobody rewound only rise, and one number is one state;
/// and once a run of a node was heard, no earlier one and no twin of it is acknowledged any more.
final class NumbersRise: Checker {
    private unowned let world: World
    private var last: [Incarnation: Position] = [:]
    private var sessions: [Incarnation: (session: Session, rewinds: Int)] = [:]
    init(_ world: World) { self.world = world }

    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation) {
        guard !machine.rewound else { return }
        let position = store.position
        if let old = last[incarnation], position.seq < old.seq || (position.seq == old.seq && position != old) {
            world.violate(8, "\(machine.name) went from \(old.seq) to \(position.seq) within one life")
        }
        last[incarnation] = position
    }

    func answered(_ answer: Answer, to push: Push, of unit: Code, by district: DistrictMachine) {
        guard case .held = answer.outcome else { return }
        if let (last, rewinds) = sessions[push.incarnation], rewinds == district.rewinds {
            let twin = push.session.counter == last.counter && push.session.tag != last.tag
            if push.session.counter < last.counter || twin {
                world.violate(8, "\(unit): run \(push.session.counter) was acknowledged after run \(last.counter)")
            }
        }
        sessions[push.incarnation] = (push.session, district.rewinds)
    }
}
