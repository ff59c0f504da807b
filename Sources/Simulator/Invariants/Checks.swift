import District
import Federation
import Sync
import Wire

/// What crosses a link between a child and its parent.
enum Message: String { case push, answer, document }

/// What must hold, whatever happens. Each invariant is a checker in a file of its own; a hook that a checker
/// doesn't need does nothing.
protocol Checker: AnyObject {
    init(_ world: World)
    /// A node made a change durable, or started and found its files like this.
    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation)
    /// A node is about to send.
    func sent(_ push: Push, by machine: any Child, _ store: any LinkStoring)
    /// Bytes go out.
    func leaves(_ request: PushRequest, _ push: Push)
    /// The bytes of a message as whoever it is for reads them.
    func crosses(_ bytes: [UInt8], _ message: Message, of child: Code)
    /// A node heard that everything it has is held.
    func acknowledged(by machine: any Child, _ link: ChildLink)
    func minted(_ reason: ChildLink.MintReason, by machine: any Child)
    /// A node took over the journal of a copy.
    func tookOver(_ machine: CompoundMachine, union: Set<String>)
    /// An aggregator answers; what it says is durable.
    func answered(_ answer: Answer, to push: Push, of unit: Code, by district: DistrictMachine)
    /// An aggregator made a batch durable.
    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64)
    /// Units that ended gave way to those that follow.
    func handedOver(_ change: UnitChange, _ before: Ledger, _ after: Ledger, _ district: DistrictMachine)
    /// Everything was mended and time has passed.
    func healed()
}

extension Checker {
    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation) {}
    func sent(_ push: Push, by machine: any Child, _ store: any LinkStoring) {}
    func leaves(_ request: PushRequest, _ push: Push) {}
    func crosses(_ bytes: [UInt8], _ message: Message, of child: Code) {}
    func acknowledged(by machine: any Child, _ link: ChildLink) {}
    func minted(_ reason: ChildLink.MintReason, by machine: any Child) {}
    func tookOver(_ machine: CompoundMachine, union: Set<String>) {}
    func answered(_ answer: Answer, to push: Push, of unit: Code, by district: DistrictMachine) {}
    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {}
    func handedOver(_ change: UnitChange, _ before: Ledger, _ after: Ledger, _ district: DistrictMachine) {}
    func healed() {}
}

/// All checkers of one world.
final class Checks {
    private unowned let world: World
    private let all: [any Checker]
    private let convergence: Convergence

    init(_ world: World) {
        self.world = world
        convergence = Convergence(world)
        all = [
            convergence, TotalsEqualTheOracle(world), NoDoubleCount(world), NoSilentLoss(world),
            RowsStandWhileUnitsAreAwaited(world),
            AcknowledgedIsDurable(world),
            SentIsDurable(world), RetriesChangeNothing(world), NumbersRise(world), IncrementalIsRecomputed(world),
            NoFlapping(world), Bounded(world), OneBadRowStopsNobody(world), TruthLiesInTheBounds(world),
            Conservation(world), NoPersonalField(world), KeysEndWithTheRound(world),
        ]
    }

    func written(by machine: any Child, _ store: any LinkStoring, _ incarnation: Incarnation) {
        for one in all { one.written(by: machine, store, incarnation) }
    }
    func sent(_ push: Push, by machine: any Child, _ store: any LinkStoring) {
        for one in all { one.sent(push, by: machine, store) }
    }
    func leaves(_ request: PushRequest, _ push: Push) { for one in all { one.leaves(request, push) } }
    func crosses(_ bytes: [UInt8], _ message: Message, of child: Code) {
        for one in all { one.crosses(bytes, message, of: child) }
    }
    func acknowledged(by machine: any Child, _ link: ChildLink?) {
        guard let link else { return }
        for one in all { one.acknowledged(by: machine, link) }
    }
    func minted(_ reason: ChildLink.MintReason, by machine: any Child) {
        for one in all { one.minted(reason, by: machine) }
    }
    func tookOver(_ machine: CompoundMachine, union: Set<String>) {
        for one in all { one.tookOver(machine, union: union) }
    }
    func answered(_ answer: Answer, to push: Push, of unit: Code, by district: DistrictMachine) {
        for one in all { one.answered(answer, to: push, of: unit, by: district) }
    }
    func committed(_ ledger: Ledger, _ district: DistrictMachine, clock: Int64) {
        for one in all { one.committed(ledger, district, clock: clock) }
    }

    func handedOver(_ change: UnitChange, _ before: Ledger, _ after: Ledger, _ district: DistrictMachine) {
        for one in all { one.handedOver(change, before, after, district) }
    }

    /// What is not yet as it must be in the end; nil if everybody agrees.
    func disagreement() -> String? { convergence.disagreement() }

    func healed(converged: Bool) {
        guard converged else {
            return world.violate(1, "no agreement within the heal phase: \(disagreement() ?? "it came too late")")
        }
        for one in all { one.healed() }
    }
}
