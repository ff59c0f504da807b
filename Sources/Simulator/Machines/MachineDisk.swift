import Federation
import Sync

/// A node's disk: what is durable, and what people do to it. In memory for the many seeds; SQLite files on a
/// disk that forgets what was not synced for fewer.
protocol MachineDisk: AnyObject {
    associatedtype Image
    /// Opens the store as a starting process does.
    func open(_ machine: CompoundMachine, _ moments: Moments) throws -> any CompoundStoring
    /// The process ended with whatever it had not synced.
    func crash(_ chance: inout Chance)
    /// From now on the power may fail in the middle of any effect.
    func endanger(_ chance: inout Chance)
    /// Whether the power failed by itself.
    var wasCut: Bool { get }

    /// A copy of the database, without the sidecar.
    func image() -> Image
    func put(_ image: Image)
    func loseSidecar()
    /// What its journal holds, for another copy to take over; nil if it can't be read.
    func journal() -> JournalImage?
    /// A second disk with the same database, with or without the sidecar.
    func copy(_ image: Image, sidecar: Bool) -> Self
}

/// A journal as another copy takes it over.
struct JournalImage {
    /// Of the facts in it.
    var names: Set<String>
    /// As only a store of the same kind reads it.
    var content: any Sendable
}

extension MachineDisk {
    /// Restores a copy whose kind only this disk knows.
    func put(any image: Any) { if let image = image as? Image { put(image) } }
    func copy(any image: Any, sidecar: Bool) -> Self? { (image as? Image).map { copy($0, sidecar: sidecar) } }
}

extension MemoryDisk: MachineDisk {
    func open(_ machine: CompoundMachine, _ moments: Moments) throws -> any CompoundStoring {
        try MemoryStore(self, machine.frame, version: machine.version, moments: moments)
    }
    func crash(_ chance: inout Chance) {}
    func endanger(_ chance: inout Chance) {}
    var wasCut: Bool { false }
    func image() -> Database { database }
    func put(_ image: Database) { database = image }
    func loseSidecar() { sidecar = nil }
    func journal() -> JournalImage? {
        JournalImage(names: Set(database.facts.keys.map(SQLiteStore.name)), content: database)
    }

    func copy(_ image: Database, sidecar: Bool) -> MemoryDisk {
        let copy = MemoryDisk()
        copy.database = image
        copy.sidecar = sidecar ? self.sidecar : nil
        return copy
    }
}
