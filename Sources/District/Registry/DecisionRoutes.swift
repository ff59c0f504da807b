package import Daemon
import Federation

/// What officers decide about a unit's copies, and what they write down for a silent one. Over the local socket only.
package struct DecisionRoutes: Sendable {
    private let aggregator: Aggregator

    package init(_ aggregator: Aggregator) { self.aggregator = aggregator }

    package var routes: [Route] {
        [
            Route("POST", "/admin/retire") { try await retire($0) },
            Route("POST", "/admin/adopt") { try await adopt($0) },
            Route("POST", "/admin/phone-in") { try await phoneIn($0) },
        ]
    }

    private typealias Refused = AdminRoutes.Refused

    // MARK: Incarnations

    private func retire(_ call: Call) async throws -> Reply {
        let (unit, word) = try word(call)
        guard try await aggregator.decide(.retire(word, unit: unit)) == .found(true) else {
            throw Refused(problems: ["\(unit) has no incarnation \(word.incarnation); see `jiayuan why \(unit)`"])
        }
        return .text("\(word.incarnation) of \(unit) is retired and will not be counted\n")
    }

    private func adopt(_ call: Call) async throws -> Reply {
        let (unit, word) = try word(call)
        guard try await aggregator.decide(.adopt(word, unit: unit)) == .found(true) else {
            throw Refused(problems: [
                "\(unit) has no incarnation \(word.incarnation) whose rows are complete; see `jiayuan why \(unit)`"
            ])
        }
        return .text("\(word.incarnation) of \(unit) is counted from now on; every other incarnation is retired\n")
    }

    private func word(_ call: Call) throws -> (unit: Code, word: Word) {
        guard let unit = call.query["unit"].flatMap({ Code($0) }),
            let incarnation = call.query["incarnation"].flatMap({ Incarnation(hex: $0) }),
            let reason = call.query["reason"], !reason.isEmpty, let officer = call.query["officer"], !officer.isEmpty
        else { throw Refused(problems: ["expected unit, incarnation (32 hexadecimal digits), reason and officer"]) }
        return (unit, Word(incarnation, reason: reason, officer: officer))
    }

    // MARK: Calls

    private func phoneIn(_ call: Call) async throws -> Reply {
        func number(_ name: String) throws -> Int64? {
            guard let text = call.query[name] else { return nil }
            guard let number = Int64(text) else { throw Refused(problems: ["\(name): \"\(text)\" is no number"]) }
            return number
        }
        guard let unit = call.query["unit"].flatMap({ Code($0) }),
            let campaign = call.query["campaign"].flatMap({ Code($0) }), let done = try number("done"),
            let due = try number("due"), let caller = call.query["caller"], !caller.isEmpty,
            let officer = call.query["officer"], !officer.isEmpty
        else { throw Refused(problems: ["expected unit, campaign, done, due, caller and officer"]) }
        let said = PhoneIn(
            at: aggregator.clock.wall, unit: unit, campaign: campaign,
            counts: PhoneIn.Counts(
                done: done, due: due, tested: try number("tested"), residents: try number("residents")),
            caller: caller, officer: officer, reason: call.query["reason"] ?? "")
        guard case .phonedIn(let refusal) = try await aggregator.decide(.phoneIn(said)) else { return .text("\n") }
        if let refusal { throw Refused(problems: [DecisionRoutes.words(refusal, said)]) }
        return .text("\(unit): \(done) of \(due) phoned in by \(caller); shown as last known until the node is back\n")
    }

    private static func words(_ refusal: PhoneIn.Refusal, _ call: PhoneIn) -> String {
        switch refusal {
        case .unitUnknown: "\(call.unit) is not registered here"
        case .unitNotCounted: "\(call.unit) is not counted: see `jiayuan unit changes`"
        case .campaignUnknown: "there is no campaign \(call.campaign)"
        case .campaignClosed: "campaign \(call.campaign) is closed"
        case .unitKnown:
            "\(call.unit) reports by itself and its rows are counted exactly; counts are phoned in only for a unit that is silent"
        case .countsImpossible:
            "more can't be done than is due, nor negative: \(call.counts.done) of \(call.counts.due); tested and residents go together, tested at most residents"
        }
    }
}
