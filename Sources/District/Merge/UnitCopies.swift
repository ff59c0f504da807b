import Federation

/// A dataset's rows of one period.
struct Cut: Hashable, Comparable, Sendable {
    var dataset: Code
    var period: Code

    static func < (a: Cut, b: Cut) -> Bool {
        a.dataset != b.dataset ? a.dataset < b.dataset : a.period < b.period
    }
}

/// One incarnation of a unit with its rows and its appointments.
struct Copy: Sendable {
    var parent: ParentCopy
    var blocks: [Cut: RowBlock] = [:]
    /// Seconds since 1970 by this aggregator's clock; shown, and read once at start.
    var heardAt: Int64
    /// The pace that was given with the last answer.
    var paceMilliseconds: Int
    /// Milliseconds on the serving clock until which the unit counts as heard.
    var appointment: Int64
    /// Milliseconds on the serving clock from which another incarnation may take over.
    var leaseEnds: Int64
    /// Milliseconds on the serving clock of the first and the last push of this process's life.
    var firstHeard: Int64
    var lastHeard: Int64
    var past: Past = .none

    /// Whether `other` needs no new line in the store; blocks are written apart.
    func isOnDisk(as other: Copy) -> Bool {
        parent == other.parent && past == other.past && heardAt == other.heardAt
            && paceMilliseconds == other.paceMilliseconds
    }

    enum Past: Int, Sendable {
        case none
        /// It held the lease once and lost it: if it is heard again, only a person can settle it.
        case deposed
        /// A person decided that it is not to be counted.
        case retired
    }
}

extension Copy {
    /// A copy as a starting process finds it in the store.
    ///
    /// A restart takes nobody's appointment away and gives nobody a longer one: what is left of it by this
    /// machine's own clock still runs. Leases start anew, since nobody could be heard.
    ///
    /// - Parameters:
    ///   - now, wall: milliseconds on the serving clock and seconds since 1970 at the start.
    init(
        parent: ParentCopy, past: Past, heardAt: Int64, given: Int, blocks: [Cut: RowBlock] = [:], now: Int64,
        wall: Int64, pace: Pace
    ) {
        let whole = Int64(given + pace.graceMilliseconds)
        let (elapsed, overflow) = heardAt.subtractingReportingOverflow(wall)
        let left = overflow ? -1 : elapsed.multipliedReportingOverflow(by: 1000).partialValue &+ whole
        self.init(
            parent: parent, blocks: blocks, heardAt: heardAt, paceMilliseconds: given,
            appointment: (0...whole).contains(left) ? now + left : -1, leaseEnds: pace.lease(from: now, pace: given),
            firstHeard: now, lastHeard: now, past: past)
    }
}

/// All that is held of one unit: its copies, exactly one of which may be active.
struct UnitCopies: Sendable {
    var copies: [Copy] = []
    var epoch: Epoch?
    /// Two incarnations live: nothing switches by itself any more.
    var disputed = false
    /// Incarnations that a person decided not to count, kept here or not. From the registry, never from rows.
    var retired: Set<Incarnation> = []

    /// How many shadows of a unit keep their rows.
    static let shadowLimit = 4

    func index(of incarnation: Incarnation) -> Int? { copies.firstIndex { $0.parent.incarnation == incarnation } }
    var active: Copy? { copies.first { $0.parent.role == .active } }
    var activeIndex: Int? { copies.firstIndex { $0.parent.role == .active } }
    /// Of the active copy: milliseconds on the serving clock until which the unit counts as heard.
    var appointment: Int64? { activeIndex.map { copies[$0].appointment } }
    /// Of the active copy: seconds since 1970.
    var heardAt: Int64? { activeIndex.map { copies[$0].heardAt } }

    /// The role as people and the child are told.
    func shownRole(_ copy: Copy) -> Role { disputed && copy.parent.role == .active ? .disputed : copy.parent.role }
}

/// The times that decide about appointments and leases; all on the parent's own monotonic clock.
package struct Pace: Sendable, Equatable {
    /// Between two pushes of a unit.
    package var milliseconds: Int
    /// How late a push may be and still keep its appointment.
    package var graceMilliseconds: Int
    /// The least time after which a silent incumbent may be replaced.
    package var leaseMilliseconds: Int

    package init(milliseconds: Int, graceMilliseconds: Int, leaseMilliseconds: Int) {
        self.milliseconds = milliseconds
        self.graceMilliseconds = graceMilliseconds
        self.leaseMilliseconds = leaseMilliseconds
    }

    /// Spreads units over the period: each has its own moment, so that a restart ends in no stampede.
    func next(after now: Int64, unit: Int) -> Int {
        let period = Int64(max(1, milliseconds))
        let slot = Int64(truncatingIfNeeded: UInt64(truncatingIfNeeded: unit) &* 0x9e37_79b9_7f4a_7c15 >> 1) % period
        let wait = ((slot - now) % period + period) % period
        return Int(wait < period / 2 ? wait + period : wait)
    }

    func appointment(from now: Int64, pace: Int) -> Int64 { now + Int64(pace + graceMilliseconds) }

    /// Three appointments missed, and never less than the configured lease.
    func lease(from now: Int64, pace: Int) -> Int64 { now + max(Int64(leaseMilliseconds), 3 * Int64(pace)) }
}
