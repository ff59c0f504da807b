import Federation
import Sync

/// Whoever has a parent: a node, or a district below a city.
protocol Child: AnyObject {
    /// What its parent calls it.
    var unit: Code { get }
    /// One for each machine of the world.
    var number: Int { get }
    var name: String { get }
    var parent: DistrictMachine { get }
    /// What is on its disk; nil while its process is down.
    var rowsHeld: (any LinkStoring)? { get }
    var cutUp: Bool { get }
    var cutDown: Bool { get }
    var tokenIsWrong: Bool { get }
    /// Switched off for good.
    var retired: Bool { get }
    /// It was restored, copied or robbed of its sidecar: new incarnations are no surprise.
    var rewound: Bool { get }
    var lostItsSidecar: Bool { get }
}

/// A child's store as checks look at it.
protocol LinkStoring: Outbox {
    var position: Position { get }
    var incarnation: Incarnation? { get }
    var rows: [RowKey: RowBody] { get }
}
