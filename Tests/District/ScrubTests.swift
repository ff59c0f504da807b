import Daemon
import Federation
import Foundation
import GRDB
import Testing
import Wire

@testable import District

/// A bit that flipped on a disk or in memory is found, named, uncounted and healed by the child.
@Suite struct ScrubTests {
    private static let unit = Code(literal: "421303587002-001")
    private static let period = Code(literal: "round")
    private static let pace = Pace(milliseconds: 60_000, graceMilliseconds: 20_000, leaseMilliseconds: 300_000)
    private static let catalogue = Catalogue(text: "survey\nunvisited households open\ncompleted households open\n")!
    private static let incarnation = Incarnation(value: 7)

    private static var registry: RegistryContent {
        RegistryContent(
            units: [
                RegistryUnit(
                    code: unit, name: "u", community: "421303587002", expectedHouseholds: 100, expectedResidents: nil,
                    dutyTelephone: "", ceilingPercent: 120)
            ],
            divisions: [
                "421303587002": RegistryDivision(code: "421303587002", name: "c", level: "community", parent: "")
            ],
            campaigns: [])
    }

    private static func ledger(_ path: String) throws -> Ledger {
        try Ledger(
            identity: Incarnation(value: 9), pace: pace, registry: registry, store: try RowStore(path),
            decisions: try RegistryStore(path + ".registry"), now: 0, wall: 100)
    }

    private static func snapshot() -> Push {
        let changes = (1...5).map { number in
            RowChange(
                seq: UInt64(number),
                key: RowKey(dataset: catalogue.dataset, period: period, subject: Code("b\(number)")!),
                body: RowBody(catalogue: catalogue.hash, counts: [Count(Int64(number))!, 10], asOf: 5))
        }
        var digest = Digest.empty
        for change in changes { digest.replace(change.key, nil, by: change.body, in: incarnation) }
        return Push(
            kind: .snapshot, incarnation: incarnation, epoch: nil, session: Session(counter: 1, tag: 1), id: 1, part: 1,
            from: nil, to: Position(seq: 5, digest: digest), changes: changes, catalogues: [catalogue])
    }

    private static func with(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/scrub-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder + "/rows.sqlite")
    }

    private static func hear(_ push: Push, _ ledger: inout Ledger) throws -> Answer.Outcome {
        guard case .answer(let answer)? = try ledger.perform([.push(push, unit: unit)], now: 1, wall: 101).replies.first
        else { throw CancellationError() }
        return answer.outcome
    }

    /// Flips one bit of the packed rows, behind everybody's back.
    private static func flip(_ path: String, byte: Int, bit: UInt8) throws {
        let database = try DatabaseQueue(path: path)
        try database.write { db in
            guard var body = try Data.fetchOne(db, sql: "SELECT body FROM block") else { return }
            body[body.startIndex + byte % body.count] ^= 1 << bit
            try db.execute(sql: "UPDATE block SET body = ?", arguments: [body])
        }
        try database.close()
    }

    @Test func whatWasNotTouchedIsNotFound() throws {
        try Self.with { path in
            var ledger = try Self.ledger(path)
            #expect(try Self.hear(Self.snapshot(), &ledger) == .held(Self.snapshot().to!))
            let scrub = try ledger.scrub(pace: Self.pace, now: 2, wall: 102)
            #expect(scrub == Scrub(units: 1, rows: 5, findings: []))
        }
    }

    @Test func aFlippedBitOnTheDiskIsFoundUncountedAndHealed() throws {
        try Self.with { path in
            var ledger = try Self.ledger(path)
            _ = try Self.hear(Self.snapshot(), &ledger)
            #expect(ledger.isKnown(Self.unit, Self.catalogue.dataset, Self.period))
            try Self.flip(path, byte: 7, bit: 0)
            let found = try ledger.scrub(pace: Self.pace, now: 2, wall: 102)
            #expect(found.findings == [Finding(place: .disk, unit: Self.unit, incarnation: Self.incarnation)])
            #expect(!ledger.isKnown(Self.unit, Self.catalogue.dataset, Self.period))
            // The child's ordinary delta is told to send everything, and then it counts again.
            let at = Self.snapshot().to!
            var delta = Self.snapshot()
            (delta.kind, delta.from, delta.changes, delta.id) = (.delta, at, [], 2)
            #expect(try Self.hear(delta, &ledger) == .contradicted(have: nil, .unknown))
            #expect(try Self.hear(Self.snapshot(), &ledger) == .held(at))
            #expect(ledger.isKnown(Self.unit, Self.catalogue.dataset, Self.period))
            #expect(try ledger.scrub(pace: Self.pace, now: 3, wall: 103).findings.isEmpty)
        }
    }

    /// Whatever bit of whatever byte: the start doesn't end the process, and nothing is counted but what was sent. (A
    /// row's number is in no digest: it decides about nothing that is stored.)
    @Test func anyFlippedBitIsFoundAtTheStartOrChangesNoCount() throws {
        let sent = Dictionary(uniqueKeysWithValues: Self.snapshot().changes.map { ($0.key, $0.body!) })
        var found = 0
        for byte in 0..<70 {
            try Self.with { path in
                do {
                    var ledger = try Self.ledger(path)
                    _ = try Self.hear(Self.snapshot(), &ledger)
                }
                try Self.flip(path, byte: byte, bit: UInt8(byte % 8))
                var ledger = try Self.ledger(path)
                guard !ledger.foundAtStart.isEmpty else {
                    #expect(ledger.held(Self.unit)?.rows == sent, "byte \(byte)")
                    return
                }
                found += 1
                #expect(!ledger.isKnown(Self.unit, Self.catalogue.dataset, Self.period))
                #expect(try ledger.scrub(pace: Self.pace, now: 2, wall: 102).findings.isEmpty, "taken off the disk")
                #expect(try Self.hear(Self.snapshot(), &ledger) == .held(Self.snapshot().to!))
            }
        }
        #expect(found > 50)
    }
}
