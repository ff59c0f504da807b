package import Federation
package import Wire

/// What the child's side of a link remembers, read once at start.
package struct LinkMemory: Sendable {
    package var unit: Code
    package var incarnation: Incarnation
    /// This run of the process; durable before the first send.
    package var session: Session
    package var cursor: Position?
    package var floor: UInt64
    package var epoch: Epoch?
    package var parent: Incarnation?
    package var catalogues: [Catalogue]
    /// ETag of the registry document that is held.
    package var registry: String?

    package init(
        unit: Code, incarnation: Incarnation, session: Session, cursor: Position?, floor: UInt64, epoch: Epoch?,
        parent: Incarnation?, catalogues: [Catalogue], registry: String?
    ) {
        self.unit = unit
        self.incarnation = incarnation
        self.session = session
        self.cursor = cursor
        self.floor = floor
        self.epoch = epoch
        self.parent = parent
        self.catalogues = catalogues
        self.registry = registry
    }
}

/// How the link stands, for the header of every page. Unacknowledged rows are counted by the owner.
package struct LinkStanding: Sendable, Equatable {
    package var role: Role?
    package var trouble: ChildLink.Trouble?
    package var cursor: Position?
    /// Seconds since 1970 of the last acknowledgement heard by this run.
    package var lastHeard: Int64?

    package init(
        role: Role? = nil, trouble: ChildLink.Trouble? = nil, cursor: Position? = nil, lastHeard: Int64? = nil
    ) {
        self.role = role
        self.trouble = trouble
        self.cursor = cursor
        self.lastHeard = lastHeard
    }
}

/// Whether a push may begin.
package enum Readiness: Sendable, Equatable {
    /// With catalogues that rows may be under from now on.
    case ready([Catalogue])
    /// Nothing is sent, not even an empty push: what the parent holds stands and ages.
    case heldBack(milliseconds: Int)
}

/// The rows of a child as its link needs them: a table of current rows, each with the `seq` of its
/// last change. A node implements it, and an aggregator that has a parent.
///
/// Called from the sender's thread; implementations may block on the disk and must be durable when
/// they return.
package protocol Outbox: AnyObject, Sendable {
    /// Asked before a push begins and never while one is under way: the moment at which an aggregator cuts its rows.
    func prepare() throws -> Readiness
    func memory() throws -> LinkMemory
    /// Changes with `seq` above `after` in ascending order, at most `limit`, deletions included, and
    /// the child's own position, all in one read transaction. `reachesEnd` is true if nothing is left.
    func changes(after seq: UInt64, limit: Int) throws -> (changes: [RowChange], reachesEnd: Bool, own: Position)
    /// Records that the parent holds `position`, drops tombstones up to it, then updates the sidecar.
    func acknowledge(_ position: Position, epoch: Epoch?, parent: Incarnation) throws
    /// Starts a new life: a random incarnation, every live row numbered anew, the digest rekeyed.
    func mint(_ reason: ChildLink.MintReason) throws -> Incarnation
    /// Gives each key the next `seq` and a row of unknown counts; remembers why for the page.
    func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws
    /// Replaces the registry document.
    func adopt(_ registry: RegistryDocument, digest: String) throws
    func report(_ standing: LinkStanding)
}

extension Outbox {
    /// Rows that are kept up with every change are ready at any time.
    package func prepare() throws -> Readiness { .ready([]) }
}
