import Federation
import GRDB
import Sync
import Testing
import Wire

@testable import Compound

/// A compound in which something of everything was recorded: for the tests of `jiayuan verify`.
enum VerifiedCompound {
    static let key = "000102030405060708090a0b0c0d0e0f"

    /// Two answers at 7-1-201, two statements of 7-1-102, two claims of building 8, and a claim that was released on one
    /// device and done on another.
    static let records: [Record] = [
        .building(1, address: "解放路12号7栋"), .building(2, "8"), .building(3, "9", floors: 3, at: 0),
        .household(4, "7-1-101", 3), .household(5, "7-1-102", 2),
        .household(6, "7-1-102", 4, by: "s02", at: 5), .household(7, "8-1-101", 2, address: "幸福里3号"),
        .need(10, 5), .need(11, 7, at: 60), .fill(12, "v01"), .fill(13, "v02"), .fill(14, "v03"),
        .fill(15, "v03", .withdrawn, at: 90), .claim(16, "7", "v01"), .claim(17, "8", "v01", at: 40),
        .claim(18, "8", "v02", at: 50), .claim(19, "9", "v02", at: 60), .claim(20, "9", "v02", .released, at: 70),
        .claim(21, "9", "v02", .done, at: 80).on("p9"),
        .attendance(22, "v01", .present, at: 100), .attendance(23, "v01", .left, at: 3700),
        .restriction(24, "v09", [.survey]),
        .visit(30, "7-1-101", .completed, [.tested: 2, .absent: 1]), .visit(31, "7-1-201", .completed, [.tested: 1]),
        .visit(32, "7-1-201", .completed, [.tested: 2], by: "v02", at: 200), .visit(33, "8-1-101", .nobodyHome),
        .visit(34, "8-1-102", .refused), .visit(35, "7-1-301", .nobodyHome),
        .visit(36, "7-1-301", .nobodyHome, at: 300), .visit(37, "7-1-301", .nobodyHome, at: 400),
        .visit(38, "9-1-301", .completed, [.tested: 1]), .visit(39, "9-1-302", .vacant),
        .visit(40, "9-1-302", .absent, at: 500, supersedes: [39]),
        // The third floor was a slip: one of its doors was called at, and stays; the others are gone.
        .building(41, "9", floors: 2, at: 600),
        Record(
            id: 50,
            content: Record.Suggestion(
                campaign: Fixture.campaign, item: Code(literal: "f1"), theme: .testing, text: "请早点通知", sender: nil),
            recorder: Code(literal: "s01"), observedAt: Fixture.evening, supersedes: []),
    ]

    static func with(_ body: (CompoundStore) throws -> Void) throws {
        try Fixture.withStore { store in
            try fill(store)
            try body(store)
        }
    }

    static func fill(_ store: CompoundStore) throws {
        #expect(try store.take(records).refused.isEmpty)
        try store.publish(claimKey: key, notYours: [try token("幸福里3号"), token("解放路12号7栋#1-102")])
    }

    static func token(_ address: String) throws -> String {
        let key = try #require(Hex.uint128(key))
        return try #require(ClaimToken.of(address, key: key)).text
    }
}

extension CompoundStore {
    /// What the parent publishes of the evening's round.
    func publish(claimKey: String?, notYours: [String]?, closed: Bool = false) throws {
        let document = RegistryDocument.naming(
            [Fixture.campaign.text], closed: closed, claimKey: claimKey, notYours: notYours)
        try adopt(document, digest: RegistryDocument.digest(of: document.encoded()))
    }

    /// As a disk, a hand or a fault of the program changes the file.
    func plant(_ sql: String) throws {
        try database.write {
            try $0.execute(sql: sql)
            #expect($0.changesCount > 0, "\(sql): nothing was planted")
        }
    }

    /// What a file without a fault holds, numbers of changes and times apart.
    func everything() throws -> [String] {
        try read { db in
            try FoldedTable.all.map(\.name).flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
            }.sorted()
                + Row.fetchAll(db, sql: "SELECT dataset, period, subject, counts FROM row WHERE counts IS NOT NULL")
                .map { "\($0)" }.sorted()
        }
    }
}
