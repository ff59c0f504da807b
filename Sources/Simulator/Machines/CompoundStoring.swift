import Federation
import Sync

/// A node's store as a simulated machine needs it: in memory for the many seeds, SQLite on a simulated disk
/// for fewer.
protocol CompoundStoring: LinkStoring {
    /// What the journal says.
    func told() -> Told
    /// Doors that have an address, in ascending order.
    var addressed: [Int] { get }
    /// Has a key under which households of the round are claimed.
    func holdsKey(_ round: Int) -> Bool
    /// Some row of the round is unknown because the parent refused it.
    func hasUnknown(_ round: Int) -> Bool
    /// Names of the facts that the journal has.
    var journaled: Set<String> { get }

    /// Each is one transaction, durable when it returns.
    func record(_ fact: Fact) throws
    func register(_ naming: Naming) throws
    func open(_ round: Int) throws
    func setAbsurd(_ building: Int, _ absurd: Bool) throws
    /// Takes over the journal of another copy; see `MachineDisk.journal`.
    func takeOver(_ journal: JournalImage) throws
    /// False for a disk that was never written to, or was restored to that.
    var hasBuildings: Bool { get }
    /// Takes over what comes here of the journal of a compound that ended.
    func inherit(_ journal: JournalImage, _ part: Estate.Part) throws
}

/// Where the world reaches into a machine: its clock, its randomness, and the moments at which it may end.
struct Moments {
    /// Seconds since 1970 by the machine's own clock, which may be decades off.
    var wall: () -> Int64
    var draw: () -> UInt64
    /// Between two effects of one step; throws `Ended` if the process ends here.
    var between: () throws -> Void
    /// After rows were read for a push: somebody may record before they are sent.
    var afterRead: () -> Void
    var minted: (ChildLink.MintReason) -> Void
    /// Rows of a part; small, so that small worlds have pushes in parts.
    var rowsPerPart: Int
}
