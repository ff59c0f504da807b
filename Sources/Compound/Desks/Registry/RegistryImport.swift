import Daemon
import Federation
import GRDB
import Logging
import Sync

/// A table of doors into household records: every problem by line, the good lines offered.
///
/// They are taken in turns, each whole and durable: people go on recording between two of them, and the table again,
/// after a crash in the middle, writes what is missing.
enum RegistryImport {
    /// Records of one turn.
    private static let turn = 1000

    /// Waits for each of its turns on the desks' queue; call it from a thread that may block, never from that queue.
    static func run(
        _ bytes: [UInt8], into store: CompoundStore, apply: Bool, on queue: SerialQueue = SerialQueue("turns")
    ) throws(IntakeError) -> ImportReport {
        let doors: ListedDoors
        do throws(ImportProblem) { doors = try ListedDoors(bytes) } catch { return ImportReport(fault: error) }
        var report = ImportReport(
            lines: doors.lines, good: doors.good.count, applied: apply, sums: doors.sums,
            merged: doors.merged, problems: doors.problems)
        for start in stride(from: 0, to: doors.good.count, by: turn) {
            let part = doors.good[start..<min(start + turn, doors.good.count)].compactMap(\.household)
            report.unchanged += try queue.sync {
                Result { () throws(IntakeError) in try store.list(part, apply: apply) }
            }.get()
        }
        if apply {
            store.surroundings.log("intake").notice(
                "a table of doors was taken",
                metadata: [
                    "lines": "\(report.lines)", "good": "\(report.good)", "unchanged": "\(report.unchanged)",
                ])
        }
        return report
    }
}

extension CompoundStore {
    /// Records what a table says of doors; what stands already is not said again.
    ///
    /// - Returns: how many stand already.
    fileprivate func list(_ households: [Record.Household], apply: Bool) throws(IntakeError) -> Int {
        let fresh = try unlisted(households)
        guard apply, !fresh.isEmpty else { return households.count - fresh.count }
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
        return households.count - fresh.count
    }

    private func unlisted(_ households: [Record.Household]) throws(IntakeError) -> [Record.Household] {
        try durably { db in
            let standing = try db.cachedStatement(
                sql: """
                    SELECT 1 FROM door WHERE code = ? AND listed AND residents = ? AND state = ?
                    AND coalesce(address, '') = coalesce(?, address, '')
                    """)
            return try households.filter { household in
                try Int.fetchOne(
                    standing,
                    arguments: [
                        household.door.code.text, household.residents, household.state.rawValue, household.address,
                    ])
                    == nil
            }
        }
    }
}
