import Federation
import Synchronization

/// The totals of rounds of which nobody has sent anything, for one tree and one set of units that were ever heard.
///
/// They look at every unit, and who reads figures asks for them again and again: for each measure of each unit, at the
/// beginning of a round. So they are made once, and copies of a roll-up share them until a unit is heard for the first time.
final class UnsentCuts: Sendable {
    private let made = Mutex<[Code: CutTotals]>([:])

    func totals(_ period: Code, _ make: () -> CutTotals) -> CutTotals {
        if let known = made.withLock({ $0[period] }) { return known }
        let totals = make()
        made.withLock { $0[period] = totals }
        return totals
    }
}
