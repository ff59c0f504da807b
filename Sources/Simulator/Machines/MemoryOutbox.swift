import Federation
import Sync

/// A link's memory over a disk in memory: each call that changes something is one transaction, durable when it
/// returns. The rules are those of the product (`Sidecar.showsRestore`, `ChildLink`, the digest); only the file
/// format is missing.
protocol MemoryOutbox: LinkStoring {
    var disk: MemoryDisk { get }
    var moments: Moments { get }
    var unit: Code { get }
    /// Texts that the parent may ask for.
    var catalogues: [Catalogue] { get }
}

extension MemoryOutbox {
    var position: Position { disk.database.position }
    var incarnation: Incarnation? { disk.database.incarnation }
    var rows: [RowKey: RowBody] { disk.database.rows }

    /// As a starting process does.
    ///
    /// - Returns: why a new life began, if one did.
    func awaken() throws -> ChildLink.MintReason? {
        let database = disk.database
        var reason: ChildLink.MintReason?
        if database.incarnation == nil {
            reason = .firstStart
        } else if let beside = disk.sidecar,
            beside.showsRestore(
                of: database.incarnation, session: database.session, seq: database.position.seq, lives: database.lives)
        {
            reason = .olderThanSidecar
        }
        if let reason { _ = try mint(reason) }
        return reason
    }

    func memory() throws -> LinkMemory {
        guard let incarnation = disk.database.incarnation else { throw Ended() }
        disk.database.session = max(disk.database.session, disk.sidecar?.session ?? 0) + 1
        try moments.between()
        disk.sidecar = Sidecar(
            incarnation: incarnation, session: disk.database.session,
            acknowledged: disk.database.acknowledged?.seq ?? 0)
        return LinkMemory(
            unit: unit, incarnation: incarnation,
            session: Session(counter: disk.database.session, tag: moments.draw()),
            cursor: disk.database.acknowledged, floor: disk.database.floor, epoch: disk.database.epoch,
            parent: disk.database.parent, catalogues: catalogues, registry: disk.database.registry)
    }

    func changes(after seq: UInt64, limit: Int) throws -> (changes: [RowChange], reachesEnd: Bool, own: Position) {
        let all = disk.database.numbers.filter { $0.value > seq }.sorted { $0.value < $1.value }
        let few = min(limit, moments.rowsPerPart)
        let part = all.prefix(few).map { RowChange(seq: $0.value, key: $0.key, body: disk.database.rows[$0.key]) }
        let read = (changes: part, reachesEnd: all.count <= few, own: position)
        moments.afterRead()
        return read
    }

    func acknowledge(_ position: Position, epoch: Epoch?, parent: Incarnation) throws {
        try moments.between()
        disk.database.acknowledged = position
        disk.database.floor = position.seq
        disk.database.epoch = epoch
        disk.database.parent = parent
        disk.database.numbers = disk.database.numbers.filter {
            $0.value > position.seq || disk.database.rows[$0.key] != nil
        }
        try moments.between()
        guard let incarnation = disk.database.incarnation else { return }
        disk.sidecar = Sidecar(incarnation: incarnation, session: disk.database.session, acknowledged: position.seq)
    }

    func mint(_ reason: ChildLink.MintReason) throws -> Incarnation {
        moments.minted(reason)
        let fresh = Incarnation(value: UInt128(moments.draw()) << 64 | UInt128(moments.draw()) | 1)
        let live = disk.database.rows.sorted { $0.key < $1.key }
        disk.database.session = max(disk.database.session, disk.sidecar?.session ?? 0)
        disk.database.incarnation = fresh
        disk.database.lives.append(fresh)
        disk.database.position = .origin
        (disk.database.rows, disk.database.numbers) = ([:], [:])
        (disk.database.acknowledged, disk.database.floor) = (nil, 0)
        for (key, body) in live { disk.database.write(key, body) }
        try moments.between()
        disk.sidecar = Sidecar(incarnation: fresh, session: disk.database.session, acknowledged: 0)
        return fresh
    }

    func quarantine(_ keys: [RowKey], _ refusals: [RowRefusal]) throws {
        for key in keys {
            guard let old = disk.database.rows[key] else { continue }
            disk.database.refused.insert(key)
            disk.database.write(key, old.emptied())
        }
    }

    func report(_ standing: LinkStanding) {}
}
