package import Daemon
import Federation
import Foundation
import GRDB
import Sync

/// How long it took to find everybody, and by which steps, as the journal tells it: 18 → 7 → 8 → 0.
package struct FillTime: Sendable, Equatable, Encodable {
    package struct Step: Sendable, Equatable, Encodable {
        /// Seconds since 1970.
        package var at: Int64
        package var short: Int
    }
    /// When somebody was first needed.
    package var neededAt: Int64
    /// When nobody was short for the first time; nil while that hasn't been.
    @Null package var filledAt: Int64?
    /// Between the two; nil while somebody has always been short.
    @Null package var seconds: Int64?
    /// Each change of the shortage, from the first need on.
    package var steps: [Step]
}

extension FillTime {
    /// Reads what was said of the task, taken back or not, in the order of the journal's time, and follows the shortage.
    ///
    /// A word counts from its time until the first that takes it back. Words of a device whose clock stands in the past
    /// are told with the first that can be believed.
    ///
    /// - Returns: nil where nobody was ever needed.
    init?(_ task: String, _ db: Database) throws {
        var story = CallStory()
        var steps: [Step] = []
        let words = try Word.all(task, db)
        let start = words.lazy.filter { !$0.statement.isClockReset }.map(\.statement.seconds).min() ?? 0
        let events = words.flatMap { word -> [Event] in
            let end = word.takenBack.map { Event(hlc: $0, word: word.statement, isEnd: true) }
            return [Event(hlc: word.statement.hlc, word: word.statement, isEnd: false), end].compactMap { $0 }
        }
        for event in events.sorted(by: Event.precedes) {
            story.take(event)
            let (at, short) = (max(start, (event.hlc >> 16) / 1000), story.call.short)
            if steps.isEmpty, story.call.needed == 0 { continue }
            if steps.last?.at == at { steps.removeLast() }
            if steps.last?.short != short { steps.append(Step(at: at, short: short)) }
        }
        guard let first = steps.first else { return nil }
        let filledAt = steps.first { $0.short == 0 }?.at
        self.init(neededAt: first.at, filledAt: filledAt, seconds: filledAt.map { $0 - first.at }, steps: steps)
    }

    /// Steps as a page has room for: of many the last of each minute, and of those the first and the latest. Where it began
    /// and where nobody was short stays.
    func shown(_ most: Int) -> [Step] {
        guard steps.count > most else { return steps }
        let minutes = steps.reduce(into: [Step]()) { shown, step in
            if let last = shown.last, last.at / 60 == step.at / 60, last.short > 0,
                shown.count > 1 || step.short > last.short
            {
                shown.removeLast()
            }
            shown.append(step)
        }
        return minutes.count > most ? [minutes[0]] + minutes.suffix(most - 1) : minutes
    }
}

/// Something that was said of a task, and when it was taken back.
private struct Word {
    var statement: Observation
    /// Hybrid time; nil while it stands.
    var takenBack: Int64?

    static func all(_ task: String, _ db: Database) throws -> [Word] {
        let ends = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT said.id, min(coalesce(later.hlc, 0)) AS until FROM observation AS said
                    JOIN supersession ON superseded = said.id LEFT JOIN observation AS later ON later.id = by
                    WHERE said.subject = ? GROUP BY said.id
                    """), arguments: [task]
        ).reduce(into: [UInt128: Int64]()) { $0[Bytes.uint128($1["id"])] = $1["until"] }
        return try Journal(db: db, now: 0).said(about: task).compactMap { statement in
            let end = ends[statement.id]
            // Taken back before it was said: it never counted.
            return end.map { $0 <= statement.hlc } ?? false ? nil : Word(statement: statement, takenBack: end)
        }
    }
}

private struct Event {
    var hlc: Int64
    var word: Observation
    var isEnd: Bool

    /// What is said goes before what it takes back, so that a corrected number is no gap.
    static func precedes(_ a: Event, _ b: Event) -> Bool {
        if a.hlc != b.hlc { return a.hlc < b.hlc }
        return a.isEnd != b.isEnd ? b.isEnd : Observation.standsBelow(a.word, b.word)
    }
}

/// The call as the journal's words make it, one after the other.
private struct CallStory {
    private(set) var call = VolunteerCall()
    private var live: [String: [Observation]] = [:]

    mutating func take(_ event: Event) {
        let field = event.word.field
        guard let fact = VolunteerFact(field) else { return }
        var words = live[field] ?? []
        if event.isEnd {
            words.removeAll { $0.id == event.word.id }
        } else {
            words.insert(event.word, at: words.firstIndex { Observation.standsBelow(event.word, $0) } ?? words.endIndex)
        }
        live[field] = words
        switch fact {
        case .need(let role): call.require(VolunteerDesk.required(words.last), in: role)
        case .fill(let volunteer, let role):
            call.fill(volunteer, role, VolunteerDesk.state(words.last) == Record.Fill.filled.rawValue)
        case .attendance(let volunteer): call.miss(volunteer, AttendanceReading(words)?.state == .absent)
        case .claim, .claims, .restriction: break
        }
    }
}
