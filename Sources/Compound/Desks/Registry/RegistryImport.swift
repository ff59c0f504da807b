import Daemon
import Federation
import GRDB
import Logging
import Sync

/// A table of doors into household records: every problem by line, the good lines offered.
///
/// They are taken in turns, each whole and durable: people go on recording between two of them, and the table again,
/// after a crash in the middle, writes what is missing.
struct RegistryImport {
    /// Records of one turn.
    static let turn = 1000

    private let store: CompoundStore
    private let queue: SerialQueue
    private var doors: ListedDoors
    private let overruling: Overruling
    private var effects: [String: BuildingEffect] = [:]
    private(set) var report: ImportReport

    /// Reads and compares, and takes only if asked to. Waits for each of its turns on the desks' queue; call it from a
    /// thread that may block, never from that queue.
    ///
    /// - Parameters:
    ///   - asked: what the columns are, by the keys of heads; others are remembered or guessed.
    ///   - overruling: lines that count although a person has said something else since.
    static func run(
        _ bytes: [UInt8], into store: CompoundStore, apply: Bool, asked: [String: [ColumnRole?]] = [:],
        overruling: Overruling = Overruling(), on queue: SerialQueue = SerialQueue("turns")
    ) throws(IntakeError) -> ImportReport {
        var table = try RegistryImport(bytes, into: store, asked: asked, overruling: overruling, on: queue)
        try table.go(apply: apply)
        return table.report
    }

    /// Reads the table and compares it with the registry.
    ///
    /// - Parameter remembers: what was asked for its columns is asked for the next table of this head, too.
    init(
        _ bytes: [UInt8], into store: CompoundStore, asked: [String: [ColumnRole?]], overruling: Overruling,
        remembers: Bool = true, on queue: SerialQueue
    ) throws(IntakeError) {
        (self.store, self.queue, self.overruling) = (store, queue, overruling)
        let choices = try RegistryImport.turn(on: queue) { () throws(IntakeError) in
            try store.columnChoices(asked: asked)
        }
        doors = ListedDoors(bytes, choices)
        report = ImportReport(doors)
        let heads = doors.heads
        if remembers { try RegistryImport.turn(on: queue) { () throws(IntakeError) in try store.remember(heads) } }
        guard report.fault == nil else { return }
        try compare()
    }

    private static func turn<Value>(
        on queue: SerialQueue, _ job: () throws(IntakeError) -> Value
    ) throws(IntakeError) -> Value {
        try queue.sync { Result { () throws(IntakeError) in try job() } }.get()
    }

    /// Lines that something would be written for need more than one turn.
    var isLong: Bool { doors.good.count > RegistryImport.turn }

    private mutating func compare() throws(IntakeError) {
        var unnamed = UnnamedDoors()
        var (nameless, doubtful): (Set<String>, Set<String>) = ([], [])
        var start = 0
        while start < doors.good.count {
            let building = doors.good[start].building
            let end = doors.good[start...].firstIndex { $0.building != building } ?? doors.good.count
            let (lines, name, store) = (doors.good[start..<end], String(building), self.store)
            let isWhole = doors.faulty.isDisjoint(with: [name, ""])
            let effect = try RegistryImport.turn(on: queue) { () throws(IntakeError) in
                try store.looked { try BuildingEffect(name, lines, isWhole: isWhole, &unnamed, $0) }
            }
            nameless.formUnion(effect.nameless)
            doubtful.formUnion(effect.doubtful)
            doors.mark(new: effect.new, in: start..<end)
            report.novelty.add(effect, name)
            report.shared += effect.shared
            effects[name] = effect
            start = end
        }
        doors.refuse(.doorDoubtful) { doubtful.contains($0.code.text) }
        doors.refuse(.residentsMissing) { nameless.contains($0.code.text) }
        (report.unnamed, report.good, report.problems) = (unnamed, doors.good.count, doors.problems)
    }

    /// Takes the good lines, or counts those that stand already.
    mutating func go(apply: Bool) throws(IntakeError) {
        guard report.fault == nil else { return }
        if apply { store.tables.begin(doors.good.count) }
        defer { if apply { store.tables.end() } }
        report.listing = Listing()
        for start in stride(from: 0, to: doors.good.count, by: RegistryImport.turn) {
            let part = doors.good[start..<min(start + RegistryImport.turn, doors.good.count)]
            let (fresh, store) = (part.filter(\.speaks), self.store)
            report.listing.unchanged += part.count - fresh.count
            let (lines, overruling) = (fresh.compactMap(line), self.overruling)
            report.listing += try RegistryImport.turn(on: queue) { () throws(IntakeError) in
                try store.list(lines, overruling, apply: apply)
            }
            if apply { store.tables.advance(to: start + part.count) }
        }
        if apply { try replaceShared() }
        report.applied = apply
        if apply { tell() }
    }

    /// Once their households are there: after a crash in between the same table goes on with it.
    private func replaceShared() throws(IntakeError) {
        let doors = report.shared.replaced
        for start in stride(from: 0, to: doors.count, by: RegistryImport.turn) {
            let (part, store) = (doors[start..<min(start + RegistryImport.turn, doors.count)], self.store)
            try RegistryImport.turn(on: queue) { () throws(IntakeError) in try store.replace(part) }
        }
    }

    private func line(_ entry: ListedDoors.Entry) -> ListedLine? {
        let effect = effects[String(entry.building)]
        return entry.household(isListed: effect?.isList ?? true).map {
            ListedLine(
                household: $0, isListedAnyway: effect.map { $0.namesAll || !$0.isList } ?? false, isNew: entry.isNew)
        }
    }

    private func tell() {
        store.surroundings.log("intake").notice(
            "a table of doors was taken",
            metadata: [
                "lines": "\(report.lines)", "new": "\(report.listing.new)", "changed": "\(report.listing.changed)",
                "unchanged": "\(report.listing.unchanged)", "kept": "\(report.listing.kept)",
            ])
    }
}
