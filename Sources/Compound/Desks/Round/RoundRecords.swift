import Daemon
import Federation
import GRDB
import Wire

extension Record {
    /// How far a round should be by when: `50 % by 12:00, 100 % by 16:00`.
    struct Targets: RecordContent {
        var campaign: Code
        /// In the order of their times; empty: none any more.
        var targets: [RoundTarget]
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
    var period: Code? { campaign }
    var page: String { "/survey" }

    init(json: JSONFields) throws(IntakeError) {
        var targets: [RoundTarget] = []
        for entry in try json.objects("targets", limit: RoundTarget.most) {
            targets.append(
                RoundTarget(
                    at: Int64(try entry.number("at", in: Clock.moments)),
                    percent: try entry.number("percent", in: 1...100)))
        }
        self.init(campaign: try json.code("campaign"), targets: targets.sorted { $0.at < $1.at })
    }

    /// `12:00 50%，16:00 100%` on the day that the page was written for, which is the deadline's.
    init(form: FormFields) throws(IntakeError) {
        let text = form["targets"] ?? ""
        let day = Int64(try form.number("day", in: 0...3_000_000))
        let targets = RoundTarget.targets(
            written: text, near: Clock.moment(ofDay: day, hour: 0, minute: 0),
            opens: form["opens"].flatMap { Int64($0) }, deadline: form["deadline"].flatMap { Int64($0) })
        guard let targets else { throw IntakeError(.notTargets, field: "targets", value: text) }
        self.init(campaign: try form.code("campaign"), targets: targets)
    }

    var statement: Statement {
        Statement(
            subject: campaign.text, field: RoundDesk.targets,
            value: JSONLine.object([("targets", .text(RoundTarget.kept(targets)))]))
    }

    /// What is wanted grows with the hours, and nothing is wanted of a round that is over.
    func check(_ record: Record, _ journal: Journal) throws {
        let deadline = try Int64.fetchOne(
            journal.db, sql: "SELECT deadline FROM campaign WHERE code = ?", arguments: [campaign.text])
        switch deadline.map({ RoundTarget.fault(targets, deadline: $0) }) ?? RoundTarget.fault(targets) {
        case nil: return
        case .outside:
            throw IntakeError(.targetAfterDeadline, field: RoundDesk.targets, value: deadline.map(Clock.time) ?? "")
        case .outOfOrder, .tooMany, .noPercent:
            let said = RoundTarget.written(targets, near: deadline ?? targets[0].at)
            throw IntakeError(.targetsOutOfOrder, field: RoundDesk.targets, value: said)
        }
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
