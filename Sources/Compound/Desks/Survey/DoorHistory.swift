import Daemon
import Federation
import GRDB

/// All that was ever said of a door in a round, taken back or not, and why a dispute was settled as it was.
struct DoorHistory {
    struct Entry {
        var statement: Observation
        /// Nobody has taken it back.
        var isLive: Bool
        var settled: SettledConflict?
    }
    let entries: [Entry]

    init(_ door: String, _ campaign: String, _ db: Database) throws {
        let journal = Journal(db: db, now: 0)
        let field = SurveyDesk.field(campaign)
        let live = Set(try journal.live(door, field).map(\.id))
        let settled = Dictionary(try SettledConflict.latest(about: door, db).map { ($0.statement.id, $0) }) { $1 }
        entries = try journal.said(door, field).sorted { $0.hlc < $1.hlc }.map {
            Entry(statement: $0, isLive: live.contains($0.id), settled: settled[$0.id])
        }
    }

    /// The answer that stands.
    func standing(of door: SurveyDoor) -> Observation? {
        entries.first { Hex.text($0.statement.id) == door.visit }?.statement
    }

    func html(now: Int64, _ text: Messages) -> HTML {
        guard !entries.isEmpty else { return "" }
        let lines = entries.map { "<li>\(DoorHistory.line($0, now, text))</li>" as HTML }
        return
            "<details><summary>\(text("node.history", ["count": "\(entries.count)"]))</summary><ol class=\"history\">\(lines)</ol></details>"
    }

    private static func line(_ entry: Entry, _ now: Int64, _ text: Messages) -> String {
        let said = ConflictStatement(entry.statement)
        let isUndo = entry.statement.value == Record.Undo.value
        let values = [
            "at": Clock.text(said.observedAt, asOf: now), "who": said.who(text),
            "what": isUndo ? text("node.undo.undo") : said.what(text),
        ]
        let line = text("node.conflict.answer", values)
        let state = entry.isLive ? nil : text("node.history.taken_back")
        let why = entry.settled.map { text("node.history.settled", ["why": SettledList.why($0.why, text)]) }
        return [line, state, why].compactMap { $0 }.joined(separator: " · ")
    }
}
