import Compound
import Federation
import Synchronization

/// A node's SQLite files and sidecar on a simulated disk.
final class SQLiteDisk: MachineDisk {
    private static let mounted = Atomic<Int>(0)
    private var disk = SQLiteDisk.mount()
    /// Every fact that was ever recorded at the unit; shared by the copies of one machine.
    private let facts: Facts

    /// What people recorded, whoever's disk still has it.
    final class Facts {
        var byRecord: [String: Fact] = [:]
        var namings: [String: Naming] = [:]
        /// Lives that were told of.
        var lives: Set<Incarnation> = []
    }

    /// A journal, and what everybody who recorded it meant.
    struct Journal: @unchecked Sendable {
        // One simulated world runs on one thread.
        var copy: JournalCopy
        var facts: Facts
    }

    init(facts: Facts = Facts()) { self.facts = facts }
    deinit { disk.remove() }

    /// A prefix of its own in this process, since the disks of all worlds share one file system.
    static func mount() -> SimulatedDisk {
        SimulatedDisk("/simulated-\(mounted.add(1, ordering: .relaxed).newValue)")
    }

    func open(_ machine: CompoundMachine, _ moments: Moments) throws -> any CompoundStoring {
        try SQLiteStore(disk, machine.frame, facts: facts, version: machine.version, moments: moments)
    }
    func crash(_ chance: inout Chance) { disk.crash(seed: chance.next()) }
    func endanger(_ chance: inout Chance) { disk.cutPower(afterEffects: chance.below(60)) }
    var wasCut: Bool { !disk.hasPower }

    func image() -> SimulatedDisk.Snapshot {
        var image = disk.snapshot()
        image.files = image.files.filter { !$0.key.contains("sidecar") }
        return image
    }

    func put(_ image: SimulatedDisk.Snapshot) {
        var whole = image
        // The sidecar isn't in the backup and stays as it is.
        for (name, bytes) in disk.snapshot().files where name.contains("sidecar") { whole.files[name] = bytes }
        disk.become(whole)
    }

    func journal() -> JournalImage? {
        let aside = SQLiteDisk.mount()
        defer { aside.remove() }
        aside.become(disk.snapshot())
        let copy = try? JournalCopy(opening: aside.path("journal.sqlite"), called: "the other copy")
        return copy.map { JournalImage(names: Set($0.journalled), content: SQLiteDisk.Journal(copy: $0, facts: facts)) }
    }

    func loseSidecar() {
        var rest = disk.snapshot()
        rest.files = rest.files.filter { !$0.key.contains("sidecar") }
        disk.become(rest)
    }

    func copy(_ image: SimulatedDisk.Snapshot, sidecar: Bool) -> SQLiteDisk {
        let copy = SQLiteDisk(facts: facts)
        var whole = image
        if sidecar {
            for (name, bytes) in disk.snapshot().files where name.contains("sidecar") { whole.files[name] = bytes }
        }
        copy.disk.become(whole)
        return copy
    }
}

extension SimulatedDisk {
    /// Holds exactly these files from now on; what was open before answers with errors.
    func become(_ image: Snapshot) {
        do { try restore(image) } catch { preconditionFailure("a mounted disk takes any image: \(error)") }
    }
}
