import Federation
import GRDB
import Laws
import Sync
import Testing

@testable import Compound

/// The law of a journal: what follows from a set of statements depends on the set alone. Not on the
/// order in which they arrive, nor on how they are grouped into requests, nor on how often each is sent.
///
/// - Parameters:
///   - setup: records that the others name (a visit needs its door), always first.
///   - records: no two of one recorder in one second; those keep the order in which they were made.
func expectOrderFree(
    _ records: [Record], after setup: [Record] = [], seed: UInt64, rounds: Int = 4,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    var chance = SplitMix(seed)
    var grouping = SplitMix(seed ^ 0x5917)
    let order = try OrderLaw.broken(records, rounds: rounds, using: &chance) { order in
        try outcome(of: [setup] + split(order, using: &grouping))
    }
    guard let order else { return }
    let (expected, found) = (try outcome(of: [setup, records]), try outcome(of: [setup] + order.map { [$0] }))
    let lines = Set(found).symmetricDifference(expected).sorted().map { line in
        "\n\(expected.contains(line) ? "lost" : "only there"): \(line)"
    }
    Issue.record(
        "seed \(seed): order \(order.map(\.id)) has another outcome\(lines.joined())", sourceLocation: sourceLocation)
}

/// Everything that a compound concludes, one line each, without the numbers of changes.
func outcome(of requests: [[Record]]) throws -> [String] {
    try Fixture.withStore { store in
        for request in requests {
            let refused = try store.take(request).refused
            #expect(refused.isEmpty, "the law speaks of records that are taken: \(refused)")
        }
        try expectDigestOfRows(store)
        return try store.read(conclusions)
    }
}

private func conclusions(_ db: Database) throws -> [String] {
    try [
        "SELECT 'row', dataset, period, subject, counts FROM row WHERE counts IS NOT NULL",
        "SELECT 'conflict', subject, field, kind, detail FROM conflict",
        "SELECT 'visit', campaign, door, disposition, people, passes, hex(visit) FROM survey_door",
        "SELECT 'need', task, role, required FROM need",
        "SELECT 'fill', task, volunteer, role, state FROM fill",
        "SELECT 'claim', task, building, volunteer, role, state, since, held, present_from FROM claim",
        "SELECT 'attendance', task, volunteer, state, began, ended, seconds, open_since, unclear, came FROM attendance",
        "SELECT 'restriction', volunteer, role, reason, until FROM duty_restriction",
    ].flatMap {
        try Row.fetchAll(db, sql: $0).map { row in row.databaseValues.map(\.description).joined(separator: " ") }
    }
    .sorted()
}

/// The position's digest is the one of the rows, however they came about.
func expectDigestOfRows(_ store: CompoundStore, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (kept, computed) = try store.read { db in
        let row = try PositionRow.read(db)
        return (row.position.digest, try RowTable(db: db, now: 0).recomputedDigest(in: row.incarnation!))
    }
    #expect(kept == computed, sourceLocation: sourceLocation)
}

private func split(_ records: [Record], using generator: inout SplitMix) -> [[Record]] {
    var requests: [[Record]] = [[]]
    for record in records {
        if Int.random(in: 0..<4, using: &generator) == 0 { requests.append([]) }
        requests[requests.count - 1].append(record)
    }
    return requests
}
