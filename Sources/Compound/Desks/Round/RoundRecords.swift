import Daemon
import Federation
import GRDB

extension Record {
    /// How far a round should be by when: `50 % by 12:00, 100 % by 16:00`.
    struct Targets: RecordContent {
        var campaign: Code
        /// In the order of their times; empty: none any more.
        var targets: [Target]
    }

    struct Target: Sendable, Equatable {
        /// Seconds since 1970.
        var at: Int64
        var percent: Int
    }

    /// This compound has said its last word about a round, or takes that back.
    struct FinalReport: RecordContent {
        enum State: String, Sendable { case final, open }
        var campaign: Code
        var state: State
    }
}

extension Record.Targets {
    static let kind = RoundDesk.targets
    private static let most = 8
    var period: Code? { campaign }
    var page: String { "/survey" }

    init(json: JSONFields) throws(IntakeError) {
        var targets: [Record.Target] = []
        for entry in try json.objects("targets", limit: Record.Targets.most) {
            targets.append(
                Record.Target(
                    at: Int64(try entry.number("at", in: Clock.moments)),
                    percent: try entry.number("percent", in: 1...100)))
        }
        self.init(campaign: try json.code("campaign"), targets: targets.sorted { $0.at < $1.at })
    }

    /// `12:00 50%，16:00 100%` on the day that the page was written for, which is the deadline's; of a round that goes past
    /// midnight an hour before it is the evening's.
    init(form: FormFields) throws(IntakeError) {
        let text = form["targets"] ?? ""
        let day = Int64(try form.number("day", in: 0...3_000_000))
        let (opens, deadline) = (form["opens"].flatMap { Int64($0) }, form["deadline"].flatMap { Int64($0) })
        var targets: [Record.Target] = []
        for part in DoorReading.plain(text).split(whereSeparator: { ",;、".contains($0) }) {
            guard let match = part.wholeMatch(of: #/([0-9]{1,2}):([0-9]{2})([0-9]{1,3})%?/#),
                let hour = Int64(match.output.1),
                let minute = Int64(match.output.2), let percent = Int(match.output.3), hour < 24, minute < 60,
                (1...100).contains(percent), targets.count < Record.Targets.most
            else { throw IntakeError(.notTargets, field: "targets", value: text) }
            let at = Clock.moment(ofDay: day, hour: hour, minute: minute)
            let isTonight = at > deadline ?? .max && at - Clock.day >= opens ?? .max
            targets.append(Record.Target(at: isTonight ? at - Clock.day : at, percent: percent))
        }
        self.init(campaign: try form.code("campaign"), targets: targets.sorted { $0.at < $1.at })
    }

    var statement: Statement {
        let list = targets.map { "\($0.at) \($0.percent)" }.joined(separator: ",")
        return Statement(
            subject: campaign.text, field: RoundDesk.targets, value: JSONLine.object([("targets", .text(list))]))
    }

    /// What is wanted grows with the hours, and nothing is wanted of a round that is over.
    func check(_ record: Record, _ journal: Journal) throws {
        let said = targets.map { "\(Clock.time($0.at)) \($0.percent)%" }.joined(separator: "，")
        for (one, next) in zip(targets, targets.dropFirst()) where one.at == next.at || one.percent > next.percent {
            throw IntakeError(.targetsOutOfOrder, field: RoundDesk.targets, value: said)
        }
        let deadline = try Int64.fetchOne(
            journal.db, sql: "SELECT deadline FROM campaign WHERE code = ?", arguments: [campaign.text])
        guard let deadline, targets.last?.at ?? 0 > deadline else { return }
        throw IntakeError(.targetAfterDeadline, field: RoundDesk.targets, value: Clock.time(deadline))
    }

    var members: [(String, JSONLine.Value)] {
        let targets = targets.map {
            JSONLine.Value.object([("at", .number(Int($0.at))), ("percent", .number($0.percent))])
        }
        return [("campaign", .text(campaign.text)), ("targets", .list(targets))]
    }
}

extension Record.FinalReport {
    static let kind = RoundDesk.finalReport
    var period: Code? { campaign }
    var page: String { "/survey" }

    init(json: JSONFields) throws(IntakeError) {
        self.init(campaign: try json.code("campaign"), state: try json.choice("state"))
    }

    init(form: FormFields) throws(IntakeError) {
        self.init(campaign: try form.code("campaign"), state: try form.choice("state"))
    }

    var statement: Statement {
        Statement(
            subject: campaign.text, field: RoundDesk.finalReport,
            value: JSONLine.object([("state", .text(state.rawValue))]))
    }

    var members: [(String, JSONLine.Value)] {
        [("campaign", .text(campaign.text)), ("state", .text(state.rawValue))]
    }
}
