import Daemon
import Federation
import GRDB

/// Who is about to answer at a door.
struct Answerer: Sendable {
    let recorder: Code

    /// A clerk of the desk, or whoever was invited.
    init(_ call: Call, _ store: CompoundStore) throws {
        let invite = try Code(call.guest).flatMap { try store.invite($0) }
        recorder = invite?.person ?? Clerk(call)?.code ?? Clerk.desk
    }

    init(_ recorder: Code) { self.recorder = recorder }

    /// Phones of the office share the desk's name, and each is held by somebody else.
    func said(_ statement: Observation) -> Bool {
        statement.recorder == recorder.text && (recorder != Clerk.desk || statement.device.isEmpty)
    }
}

/// The answers of a door that nobody took back, as somebody sees them who is about to answer: his own he corrects, anybody
/// else's he contradicts, and then a person settles it.
struct DoorAnswers {
    let answerer: Answerer
    /// All that settle something, in the journal's order.
    private let answers: [SurveyDesk.Told]
    /// Those of his call that goes on: nobody opened, and he is still there.
    let call: [String]

    init(_ door: String, _ campaign: String, for answerer: Answerer, now: Int64, _ db: Database) throws {
        self.answerer = answerer
        let journal = Journal(db: db, now: now)
        let live = try journal.live(door, SurveyDesk.field(campaign)).compactMap(SurveyDesk.Told.init)
        answers = live.filter { $0.disposition.finality > .open }
        call = try live.filter { told in
            guard told.disposition.finality == .open, !told.isCheck, answerer.said(told.observation) else {
                return false
            }
            return try abs(now - journal.began(told.observation)) < DoorAnswers.call
        }.map { Hex.text($0.observation.id) }
    }

    /// Seconds within which nobody calls at a door twice.
    private static let call: Int64 = 10 * 60

    /// Those of his that settle something: a new one takes their place.
    var own: [String] { answers.filter { answerer.said($0.observation) }.map { Hex.text($0.observation.id) } }

    /// Final ones of others: another one than these comes into dispute.
    var others: [ConflictStatement] {
        answers.filter { $0.disposition.finality == .final && !answerer.said($0.observation) }
            .map { ConflictStatement($0.observation) }
    }

    /// An answer that was given, and by whom.
    struct Given {
        var answer: ShortAnswer
        var statements: [ConflictStatement]
    }

    /// The final ones, each once.
    var given: [Given] {
        answers.filter { $0.disposition.finality == .final }.reduce(into: []) { given, told in
            let answer = ShortAnswer(told)
            let statement = ConflictStatement(told.observation)
            if let place = given.firstIndex(where: { $0.answer == answer }) {
                given[place].statements.append(statement)
            } else {
                given.append(Given(answer: answer, statements: [statement]))
            }
        }
    }
}

extension Journal {
    /// When the call began in which something was said: with what it takes back, if that was the same person's.
    fileprivate func began(_ said: Observation) throws -> Int64 {
        try statements(takenBackBy: [said.id]).filter { $0.fact == said.fact && $0.recorder == said.recorder }.map(
            began
        )
        .reduce(said.observedAt, min)
    }
}
