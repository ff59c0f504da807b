package import Daemon
import Federation
import Foundation
import GRDB
import Synchronization

/// The JSON API of a compound: what a phone's queue, a script and the demo's clients speak.
package struct CompoundAPI: Sendable {
    let store: CompoundStore
    private let queue: SerialQueue
    private let commit: SharedCommit

    package init(_ store: CompoundStore, queue: SerialQueue) {
        self.store = store
        self.queue = queue
        commit = SharedCommit(store, on: queue)
    }

    /// Bytes of a body.
    private static let (records, table) = (2 * 1024 * 1024, 64 * 1024 * 1024)

    package var routes: [Route] {
        let (records, table) = (CompoundAPI.records, CompoundAPI.table)
        return [
            Route("POST", "/api/v1/records", bodyLimit: records, tooLarge: tooLarge(records)) { call in
                try await record(call)
            },
            Route("POST", "/api/v1/registry/import", bodyLimit: table, tooLarge: tooLarge(table)) { call in
                try await store.imports.run { try importRegistry(call) }
            },
            Route("GET", "/api/v1/conflicts") { call in try await queue.run { try conflicts(call) } },
            Route("GET", "/api/v1/status") { _ in try await queue.run { try json(store.status()) } },
        ] + Desks.all.flatMap { $0.documents(self) }
    }

    /// What nobody has named is not there: a list of zeros would say that nobody was called at.
    struct Unknown: Error {
        var what: String
        init(_ what: String) { self.what = what }
    }

    /// A desk's document, at `/api/v1/NAME`.
    ///
    /// - Parameter read: throws `Unknown` for what isn't there.
    func document(_ name: String, _ read: @escaping @Sendable (Call) throws -> any Encodable) -> Route {
        Route("GET", "/api/v1/\(name)") { call in
            try await queue.run {
                do { return try json(read(call)) } catch let unknown as Unknown {
                    return .json(
                        "{\"error\":\"\(unknown.what)_unknown\",\"hint\":\"no such \(unknown.what) here\"}", status: 404
                    )
                }
            }
        }
    }

    // MARK: Records

    private func record(_ call: Call) async throws -> Reply {
        let outcome: CompoundStore.Recorded
        do {
            outcome = try await commit.record(bytes: call.body.count) {
                try store.signed(try RecordReader.read(call.body), by: call.guest)
            }
        } catch let error as IntakeError {
            return problem(error, call)
        }
        let messages = Messages.of(Language(call))
        let flagged = outcome.flagged
        let notices = flagged.isEmpty ? [] : try await queue.run { try self.notices(flagged, messages) }
        return .json(CompoundAPI.text(outcome, notices, messages))
    }

    /// A line as statements are: an encoder takes a good part of the time that a record has.
    ///
    /// - Parameter notices: what the sender should know about its clock.
    private static func text(_ outcome: CompoundStore.Recorded, _ notices: [String], _ messages: Messages) -> String {
        let refused = outcome.refused.map { item in
            JSONLine.Value.object([
                ("code", .text(item.error.code.rawValue)), ("field", .text(item.error.field)),
                ("hint", .text(item.error.hint(messages))), ("id", .text(item.id)), ("index", .number(item.index)),
                ("message", .text(item.error.text(messages))),
            ])
        }
        return JSONLine.object([
            ("flagged", .list(outcome.flagged.map { .text($0) })), ("notices", .list(notices.map { .text($0) })),
            ("position", .object([("seq", .number(Int(outcome.seq)))])),
            ("recorded", .list(outcome.recorded.map { .text($0) })), ("refused", .list(refused)),
        ])
    }

    /// One sentence for each device whose clock is off, however many records it sent.
    private func notices(_ flagged: [String], _ messages: Messages) throws -> [String] {
        let statements = try store.read { db in
            try Journal(db: db, now: 0).statements(flagged.compactMap { Hex.uint128($0) })
        }
        let lines = statements.map { Disagreement.line($0, [], answers: [$0], stands: false) }
        return ConflictStatement.read(Disagreement.list(lines)).reduce(into: []) { notices, statement in
            guard let ahead = statement.clockAhead else { return }
            let notice = ClockWords.notice(statement.who(messages), ahead: ahead, messages)
            if !notices.contains(notice) { notices.append(notice) }
        }
    }

    private func tooLarge(_ limit: Int) -> @Sendable (Call) -> Reply {
        { call in problem(IntakeError(.tooLarge, value: "\(limit)"), call) }
    }

    /// 400 for what the caller has to change, 507 and 503 where the disk is at fault: nothing was written.
    private func problem(_ error: IntakeError, _ call: Call) -> Reply {
        let messages = Messages.of(Language(call))
        let status =
            switch error.code {
            case .diskFull: 507
            case .readOnly, .diskFails, .storeFailed: 503
            case .tooLarge: 413
            default: 400
            }
        let body = JSONLine.object([
            ("error", .text(error.code.rawValue)), ("field", .text(error.field)), ("hint", .text(error.hint(messages))),
            ("message", .text(error.text(messages))),
        ])
        return .json(body, status: status)
    }

    // MARK: Registry

    private func importRegistry(_ call: Call) throws -> Reply {
        let report: ImportReport
        do throws(IntakeError) {
            report = try RegistryImport.run(
                call.body, into: store, apply: call.query["apply"] == "1",
                overruling: Overruling(all: call.query["corrections"] == "table"), on: queue)
        } catch { return problem(error, call) }
        let document = ImportDocument(report, Messages.of(Language(call)))
        return try json(document, status: report.fault == nil ? 200 : 422)
    }

    // MARK: Conflicts

    private struct Unsettled: Encodable {
        var subject: String
        var field: String
        var kind: String
        var openedAt: Int64
        /// What happened, and what is counted meanwhile.
        var message: String
        /// What to do.
        var hint: String
        /// Ids that a settling record names in `supersedes`.
        var answers: [String]
        var detail: String
    }

    private func conflicts(_ call: Call) throws -> Reply {
        let messages = Messages.of(Language(call))
        return try json(
            store.read(SurveyReader.conflicts).map { conflict in
                let words = ConflictWords(conflict, now: store.clock(), messages)
                return Unsettled(
                    subject: conflict.subject, field: conflict.field, kind: conflict.kind, openedAt: conflict.openedAt,
                    message: words.message, hint: words.remedy, answers: Disagreement.ids(conflict.detail),
                    detail: conflict.detail)
            })
    }

    private func json(_ value: some Encodable, status: Int = 200) throws -> Reply {
        try CompoundAPI.json(value, status: status)
    }

    static func json(_ value: some Encodable, status: Int = 200) throws -> Reply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // One spelling in what is sent and what is answered.
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Reply(status: status, type: "application/json; charset=utf-8", body: Array(try encoder.encode(value)))
    }
}

enum CampaignReader {
    static func knows(_ campaign: Code, _ db: Database) throws -> Bool {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT 1 FROM campaign WHERE code = ?"), arguments: [campaign.text])
            != nil
    }

    /// The round that pages show: the latest open one that has begun, else the latest known; one that is still to
    /// come last. A round that nobody announced has begun.
    static func current(_ db: Database, now: Int64) throws -> String? {
        try String.fetchOne(
            db,
            sql: """
                SELECT code FROM campaign ORDER BY coalesce(opens, 0) > ?, closed, opens DESC, code DESC LIMIT 1
                """, arguments: [now])
    }
}

extension CompoundStore {
    /// The round that a page is about: the one that was asked for, else the current one; empty where none is known.
    ///
    /// - Returns: nil if it was asked for and nobody knows it.
    func campaign(asked: String?) throws -> String? {
        try read { db in
            guard let asked else { return try CampaignReader.current(db, now: self.clock()) ?? "" }
            guard let code = Code(asked), try CampaignReader.knows(code, db) else { return nil }
            return asked
        }
    }
}
