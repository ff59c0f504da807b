import Daemon
import Federation
import Foundation
import GRDB

/// Everything that another copy of this compound has journaled: observations, what takes what back, and the rounds.
package struct JournalCopy: Codable, Sendable {
    struct Statement: Codable, Sendable {
        var id: String
        var desk: String
        var subject: String
        var field: String
        var value: String
        var recorder: String
        var device: String
        var observedAt: Int64
        var hlc: Int64
        var evidence: Int
    }
    struct Supersession: Codable, Sendable {
        var superseded: String
        var by: String
    }
    struct Campaign: Codable, Sendable {
        var code: String
        var name: String
        var opens: Int64?
        var deadline: Int64?
        var closed: Bool
    }

    var unit: String
    var statements: [Statement]
    var supersessions: [Supersession]
    var campaigns: [Campaign]

    /// Why a file is no journal that can be taken over.
    package enum Fault: Error, CustomStringConvertible {
        case missing(String)
        case nobodys(String)

        package var description: String {
            switch self {
            case .missing(let path): "\(path): there is no such file; name the other copy's journal.sqlite"
            case .nobodys(let path):
                "\(path): it doesn't say which compound it belongs to; start that copy once with this version, then stop it"
            }
        }
    }

    /// Reads a copy of the file, so that nothing is written beside the original. A journal of an older version is
    /// brought up to this one's schema in the copy; one of a newer version is refused.
    package init(file path: String) throws {
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { throw Fault.missing(path) }
        let folder = files.temporaryDirectory.path + "/jiayuan-adopt-\(UUID().uuidString)"
        try files.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? files.removeItem(atPath: folder) }
        // What was committed last may still be in the log beside the file.
        for suffix in ["", "-wal"] where files.fileExists(atPath: path + suffix) {
            try files.copyItem(atPath: path + suffix, toPath: folder + "/journal.sqlite" + suffix)
        }
        let copy = folder + "/journal.sqlite"
        do { try self.init(opening: copy, called: path) } catch let error as StoreError {
            throw error.naming(path, insteadOf: copy)
        }
    }

    /// Reads a file that nobody else has open, and may write it.
    package init(opening path: String, called name: String) throws {
        let database = try SQLiteFile.open(path, migrations: JournalSchema.migrations)
        guard let copy = try database.read({ try JournalCopy($0) }) else { throw Fault.nobodys(name) }
        self = copy
        try database.close()
    }

    /// - Returns: nil if the file doesn't say whose it is.
    init?(_ db: Database) throws {
        let named = try String.fetchOne(
            db,
            sql: """
                SELECT coalesce((SELECT value FROM setting WHERE name = 'unit'), registry ->> '$.unit.code')
                FROM position
                """)
        guard let named else { return nil }
        unit = named
        statements = try Row.fetchAll(
            db,
            sql: """
                SELECT lower(hex(id)) AS id, desk, subject, field, value, recorder, device, observed_at, hlc, evidence
                FROM observation ORDER BY hlc, id
                """
        ).map {
            Statement(
                id: $0["id"], desk: $0["desk"], subject: $0["subject"], field: $0["field"], value: $0["value"],
                recorder: $0["recorder"], device: $0["device"], observedAt: $0["observed_at"], hlc: $0["hlc"],
                evidence: $0["evidence"])
        }
        supersessions = try Row.fetchAll(
            db, sql: "SELECT lower(hex(superseded)) AS superseded, lower(hex(by)) AS by FROM supersession"
        ).map { Supersession(superseded: $0["superseded"], by: $0["by"]) }
        campaigns = try Row.fetchAll(db, sql: "SELECT * FROM campaign").map {
            Campaign(
                code: $0["code"], name: $0["name"], opens: $0["opens"], deadline: $0["deadline"], closed: $0["closed"])
        }
    }
}

extension CompoundStore {
    /// All that this store has journaled, for another copy to take over.
    package func copyOfJournal() throws -> JournalCopy? { try read { try JournalCopy($0) } }
}

extension JournalCopy.Statement {
    /// What no node could have written: `id`, `observed_at` or `hlc`; nil where all of it can stand.
    var fault: String? {
        if Hex.uint128(id) == nil { return "id" }
        if !Clock.moments.contains(Int(observedAt)) { return "observed_at" }
        return (0...HybridClock.latestStamp).contains(hlc) ? nil : "hlc"
    }

    /// Nil where something is at fault.
    var observation: Observation? {
        guard fault == nil else { return nil }
        return Hex.uint128(id).map {
            Observation(
                id: $0, desk: desk, subject: subject, field: field, value: value, recorder: recorder, device: device,
                observedAt: observedAt, hlc: hlc, evidence: evidence)
        }
    }
}
