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
    private var effects: [String: BuildingEffect] = [:]
    private(set) var report: ImportReport

    /// Reads and compares, and takes only if asked to. Waits for each of its turns on the desks' queue; call it from a
    /// thread that may block, never from that queue.
    ///
    /// - Parameter asked: what the columns are, by the keys of heads; others are remembered or guessed.
    static func run(
        _ bytes: [UInt8], into store: CompoundStore, apply: Bool, asked: [String: [ColumnRole?]] = [:],
        on queue: SerialQueue = SerialQueue("turns")
    ) throws(IntakeError) -> ImportReport {
        var table = try RegistryImport(bytes, into: store, asked: asked, on: queue)
        try table.go(apply: apply)
        return table.report
    }

    /// Reads the table and compares it with the registry. What was asked for its columns is remembered.
    init(
        _ bytes: [UInt8], into store: CompoundStore, asked: [String: [ColumnRole?]], on queue: SerialQueue
    ) throws(IntakeError) {
        (self.store, self.queue) = (store, queue)
        let choices = try RegistryImport.turn(on: queue) { () throws(IntakeError) in
            try store.columnChoices(asked: asked)
        }
        doors = ListedDoors(bytes, choices)
        report = ImportReport(doors)
        let heads = doors.heads
        try RegistryImport.turn(on: queue) { () throws(IntakeError) in try store.remember(heads) }
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
        var nameless: Set<String> = []
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
            effects[name] = effect
            start = end
        }
        doors.refuse(.residentsMissing) { nameless.contains($0.code.text) }
        (report.unnamed, report.good, report.problems) = (unnamed, doors.good.count, doors.problems)
    }

    /// Takes the good lines, or counts those that stand already.
    mutating func go(apply: Bool) throws(IntakeError) {
        guard report.fault == nil else { return }
        if apply { store.tables.begin(doors.good.count) }
        defer { if apply { store.tables.end() } }
        report.unchanged = 0
        for start in stride(from: 0, to: doors.good.count, by: RegistryImport.turn) {
            let part = doors.good[start..<min(start + RegistryImport.turn, doors.good.count)]
            let (fresh, store) = (part.filter(\.speaks), self.store)
            report.unchanged += part.count - fresh.count
            let households = fresh.compactMap { entry in
                let effect = effects[String(entry.building)]
                return entry.household(isListed: effect?.isList ?? true).map {
                    (household: $0, isListedAnyway: effect.map { $0.namesAll || !$0.isList } ?? false)
                }
            }
            report.unchanged += try RegistryImport.turn(on: queue) { () throws(IntakeError) in
                try store.list(households, apply: apply)
            }
            if apply { store.tables.advance(to: start + part.count) }
        }
        report.applied = apply
        if apply { tell() }
    }

    private func tell() {
        store.surroundings.log("intake").notice(
            "a table of doors was taken",
            metadata: ["lines": "\(report.lines)", "good": "\(report.good)", "unchanged": "\(report.unchanged)"])
    }
}

extension CompoundStore {
    /// What a line says of a household, and whether being listed says nothing new of its door.
    fileprivate typealias Line = (household: Record.Household, isListedAnyway: Bool)

    /// Records what a table says of doors; what stands already is not said again.
    ///
    /// - Returns: how many stand already.
    fileprivate func list(_ lines: [Line], apply: Bool) throws(IntakeError) -> Int {
        let fresh = try unlisted(lines)
        guard apply, !fresh.isEmpty else { return lines.count - fresh.count }
        // The ids of one turn are neighbours in the journal's tree: a large table would else write a page for each.
        let batch = UInt128(UInt64.random(in: 1 ... .max)) << 64
        let ids = fresh.map { _ in batch | UInt128(UInt64.random(in: 0 ... .max)) }.sorted()
        let now = clock()
        let outcome = try record(
            zip(ids, fresh).map { id, household in
                let record = Record(
                    id: id, content: household, recorder: Code(literal: "import"), observedAt: now,
                    supersedes: [])
                return (id: Hex.text(id), .success(record))
            })
        if let refusal = outcome.refused.first { throw refusal.error }
        return lines.count - fresh.count
    }

    private func unlisted(_ lines: [Line]) throws(IntakeError) -> [Record.Household] {
        try looked { db in
            let standing = try db.cachedStatement(
                sql: """
                    SELECT 1 FROM door WHERE code = ? AND stated AND (listed OR ?) AND residents = ? AND state = ?
                    AND coalesce(address, '') = coalesce(?, address, '')
                    """)
            return try lines.filter { household, isListedAnyway in
                try Int.fetchOne(
                    standing,
                    arguments: [
                        household.door.code.text, isListedAnyway, household.residents, household.state.rawValue,
                        household.address,
                    ])
                    == nil
            }.map(\.household)
        }
    }
}
