import Federation

/// Which incarnation counts. Data is never refused, only not counted: a restored, cloned or fenced
/// incarnation is stored as a shadow, visible and never summed.
extension Merge {
    /// The copy that a push belongs to; made where a snapshot brings a new incarnation.
    func copy(
        for push: Push, in unit: inout UnitCopies, now: Int64, wall: Int64, _ received: inout Received
    ) -> Int? {
        if let index = unit.index(of: push.incarnation) { return index }
        guard push.kind == .snapshot else {
            received.outcome = .contradicted(have: nil, .unknown)
            return nil
        }
        guard push.from == nil else {
            received.outcome = .contradicted(have: nil, .stale)
            return nil
        }
        makeRoom(in: &unit)
        unit.copies.append(
            Copy(
                parent: ParentCopy(incarnation: push.incarnation, role: .shadow), heardAt: wall,
                paceMilliseconds: pace.milliseconds, appointment: -1,
                leaseEnds: pace.lease(from: now, pace: pace.milliseconds), firstHeard: now, lastHeard: now,
                past: unit.retired.contains(push.incarnation) ? .retired : .none))
        return unit.copies.count - 1
    }

    /// Notes that a complete and verified push arrived: the next appointment, and what it means for the lease.
    func heard(
        _ unit: inout UnitCopies, _ index: Int, place: Int, now: Int64, wall: Int64, _ received: inout Received
    ) {
        let next = pace.next(after: now, unit: place)
        unit.copies[index].heardAt = wall
        unit.copies[index].lastHeard = now
        unit.copies[index].paceMilliseconds = next
        unit.copies[index].appointment = pace.appointment(from: now, pace: next)
        unit.copies[index].leaseEnds = pace.lease(from: now, pace: next)
        let before = (unit.disputed, unit.copies.map(\.parent.role))
        if unit.copies[index].parent.role == .active {
            noticeSecondLife(&unit, now)
        } else {
            claimLease(&unit, index, now)
        }
        if before != (unit.disputed, unit.copies.map(\.parent.role)) { received.rolesChanged = true }
    }

    /// The active copy spoke. If a shadow has been speaking too, for longer than one late request of a
    /// dead process could explain, two copies live.
    private func noticeSecondLife(_ unit: inout UnitCopies, _ now: Int64) {
        for copy in unit.copies where copy.parent.role == .shadow && copy.past != .retired {
            let alive = copy.leaseEnds > now && copy.lastHeard > copy.firstHeard
            let together = now - copy.firstHeard >= Int64(pace.milliseconds)
            if alive, together { unit.disputed = true }
        }
    }

    /// A shadow spoke, complete and verified.
    private func claimLease(_ unit: inout UnitCopies, _ index: Int, _ now: Int64) {
        guard unit.copies[index].parent.verified, unit.copies[index].past != .retired else { return }
        if unit.epoch?.holder == unit.copies[index].parent.incarnation { return takeBack(&unit, index) }
        if unit.copies[index].past == .deposed {
            unit.disputed = true
            return
        }
        guard let incumbent = unit.activeIndex else {
            if unit.epoch == nil || now >= pace.lease(from: startedAt, pace: pace.milliseconds) {
                enthrone(&unit, index)
            }
            return
        }
        var leaseEnds = unit.copies[incumbent].leaseEnds
        #if DEBUG
            if Mutation.takeoverWithoutLease.isActive { leaseEnds = now }
            if Mutation.wallClockWinner.isActive {
                leaseEnds = unit.copies[index].lastTime > unit.copies[incumbent].lastTime ? now : .max
            }
        #endif
        guard !unit.disputed, now >= leaseEnds else { return }
        unit.copies[incumbent].parent.role = .shadow
        unit.copies[incumbent].past = .deposed
        enthrone(&unit, index)
    }

    /// It was decided before, and this parent learnt it back: there is no second lease to wait for. What is counted
    /// meanwhile stands until these rows are complete, so that what they don't repeat can be listed.
    private func takeBack(_ unit: inout UnitCopies, _ index: Int) {
        if let incumbent = unit.activeIndex {
            unit.copies[incumbent].parent.role = .shadow
            unit.copies[incumbent].past = .deposed
        }
        unit.copies[index].past = .none
        enthrone(&unit, index)
    }

    private func enthrone(_ unit: inout UnitCopies, _ index: Int) {
        let incarnation = unit.copies[index].parent.incarnation
        unit.copies[index].parent.role = .active
        if unit.epoch?.holder != incarnation {
            unit.epoch = Epoch(number: (unit.epoch?.number ?? 0) + 1, holder: incarnation)
        }
    }

    /// The highest pair wins: a parent that lost its own decision hears it from the child.
    func learnEpoch(_ push: Push, _ unit: inout UnitCopies, _ received: inout Received) {
        guard let heard = push.epoch, heard.number <= Epoch.largestHeard, unit.epoch.map({ $0 < heard }) ?? true else {
            return
        }
        unit.epoch = heard
        guard let holder = unit.index(of: heard.holder), unit.copies[holder].parent.role != .active,
            unit.copies[holder].past != .retired, unit.copies[holder].parent.verified
        else { return }
        if let incumbent = unit.activeIndex {
            unit.copies[incumbent].parent.role = .shadow
            unit.copies[incumbent].past = .deposed
        }
        unit.copies[holder].parent.role = .active
        received.rolesChanged = true
    }

    /// A bounded number of shadows keep rows; the one unheard for longest goes first.
    private func makeRoom(in unit: inout UnitCopies) {
        let shadows = unit.copies.indices.filter { unit.copies[$0].parent.role == .shadow }
        guard shadows.count >= UnitCopies.shadowLimit,
            let oldest = shadows.min(by: { unit.copies[$0].lastHeard < unit.copies[$1].lastHeard })
        else { return }
        unit.copies.remove(at: oldest)
    }

    /// A person decided: `incarnation` is not counted again. If it held the unit, the copy heard last takes over.
    ///
    /// - Returns: false if there is no such copy.
    func retire(_ incarnation: Incarnation, _ unit: inout UnitCopies) -> Bool {
        guard let index = unit.index(of: incarnation) else { return false }
        unit.copies[index].parent.role = .shadow
        unit.copies[index].past = .retired
        unit.retired.insert(incarnation)
        unit.disputed = false
        let heir = unit.copies.indices.filter { unit.copies[$0].parent.verified && unit.copies[$0].past != .retired }
            .max { unit.copies[$0].lastHeard < unit.copies[$1].lastHeard }
        if unit.activeIndex == nil, let heir {
            unit.copies[heir].past = .none
            enthrone(&unit, heir)
        }
        return true
    }

    /// A person decided: `incarnation` counts from now on, and nobody else. Its epoch is above every other, so that a
    /// parent that loses the decision learns it back.
    ///
    /// - Returns: false if there is no such copy, or its rows are not complete.
    func adopt(_ incarnation: Incarnation, _ unit: inout UnitCopies) -> Bool {
        guard let index = unit.index(of: incarnation), unit.copies[index].parent.verified else { return false }
        for other in unit.copies.indices where other != index {
            unit.copies[other].parent.role = .shadow
            unit.copies[other].past = .retired
            unit.retired.insert(unit.copies[other].parent.incarnation)
        }
        unit.copies[index].parent.role = .active
        unit.copies[index].past = .none
        unit.retired.remove(incarnation)
        unit.epoch = Epoch(number: (unit.epoch?.number ?? 0) + 1, holder: incarnation)
        unit.disputed = false
        return true
    }
}

#if DEBUG
    extension Copy {
        /// The latest time that its node wrote into a row.
        fileprivate var lastTime: Int64 { blocks.values.flatMap(\.entries).map(\.asOf).max() ?? 0 }
    }
#endif
