import Federation
import Foundation

/// Statements that a person has to settle.
package struct Conflict: Sendable, Equatable, Encodable {
    package var subject: String
    package var field: String
    package var kind: String
    /// The statements as JSON; see `Disagreement`.
    package var detail: String
    package var openedAt: Int64
}

/// What a conflict is about, read from the fact's name.
enum ConflictMatter: Equatable {
    case visit(door: String, campaign: String)
    case household(door: String)
    /// Several people on one building.
    case building(String, VolunteerRole, task: String)
    /// One person's claim on a building.
    case claim(building: String, volunteer: String, VolunteerRole, task: String)
    case need(VolunteerRole, task: String)
    case fill(volunteer: String, VolunteerRole, task: String)
    case attendance(volunteer: String, task: String)

    init?(subject: String, field: String) {
        let parts = field.split(separator: "/", maxSplits: 1).map(String.init)
        let place = subject.split(separator: "/", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("visit", 2): self = .visit(door: subject, campaign: parts[1])
        case ("household", 1): self = .household(door: subject)
        default:
            switch (VolunteerFact(field), place.count) {
            case (.claims(let role), 2): self = .building(place[1], role, task: place[0])
            case (.claim(let volunteer, let role), 2):
                self = .claim(building: place[1], volunteer: volunteer, role, task: place[0])
            case (.need(let role), 1): self = .need(role, task: subject)
            case (.fill(let volunteer, let role), 1): self = .fill(volunteer: volunteer, role, task: subject)
            case (.attendance(let volunteer), 1): self = .attendance(volunteer: volunteer, task: subject)
            default: return nil
            }
        }
    }

    /// The task whose volunteer desk shows it; nil for doors.
    var task: String? {
        switch self {
        case .visit, .household: nil
        case .building(_, _, let task), .claim(_, _, _, let task), .need(_, let task), .fill(_, _, let task),
            .attendance(_, let task):
            task
        }
    }
}

extension Conflict {
    var matter: ConflictMatter? { ConflictMatter(subject: subject, field: field) }
    var statements: [ConflictStatement] { ConflictStatement.read(detail) }
}

/// One of the statements of a conflict, as its sentence needs it.
struct ConflictStatement {
    var id: String
    var recorder: String
    var device: String
    var observedAt: Int64
    var evidence: Int
    /// The one that is counted until somebody settles it.
    var stands: Bool
    /// Seconds; 0 or less for a clock that starts in the past. Nil where the clock is in order.
    var clockAhead: Int?
    /// What it says, by the desk's own names; people by class.
    var words: [String: String]
    var numbers: [String: Int]
    var people: [String: Int]
    /// Ids that are taken back to take this answer back.
    var answers: [String]

    static func read(_ detail: String) -> [ConflictStatement] {
        let lines = JSONLine.value(detail) as? [[String: Any]]
        return (lines ?? []).compactMap(ConflictStatement.init)
    }

    /// A statement by itself, in no dispute.
    init(_ statement: Observation) {
        (id, recorder, device) = (Hex.text(statement.id), statement.recorder, statement.device)
        (observedAt, evidence, stands, answers) = (statement.observedAt, statement.evidence, true, [id])
        let said = JSONLine.read(statement.value) ?? [:]
        words = said.compactMapValues { $0 as? String }
        numbers = said.compactMapValues { $0 as? Int }
        people = (said["people"] as? [String: Int] ?? [:]).filter { $0.value > 0 }
    }

    private init?(_ line: [String: Any]) {
        guard let id = line["id"] as? String, let recorder = line["recorder"] as? String else { return nil }
        self.id = id
        self.recorder = recorder
        device = line["device"] as? String ?? ""
        observedAt = Int64(line["observed_at"] as? Int ?? 0)
        evidence = line["evidence"] as? Int ?? 0
        stands = line["stands"] as? Int == 1
        clockAhead = line["clock_ahead"] as? Int
        words = line.compactMapValues { $0 as? String }
        numbers = line.compactMapValues { $0 as? Int }
        people = line["people"] as? [String: Int] ?? [:]
        answers = (words["answers"] ?? id).split(separator: ",").map(String.init)
    }
}
