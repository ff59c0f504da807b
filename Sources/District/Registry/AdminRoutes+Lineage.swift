import Daemon
import Federation
import Foundation

/// Units that split, merge, move and close, as an officer writes it down.
extension AdminRoutes {
    package struct LineageSlip: Codable, Sendable {
        package var change: Int64
        package var slips: [SlipLine]
    }

    /// - Parameter call: `kind`, `units` (separated by commas), `on`, `reason`, `officer`; of a move `to` and `through`;
    ///   the body of a split or a merge is a table of the units that begin.
    func change(_ call: Call) async throws -> Reply {
        let change = try read(call)
        let beginning = try beginning(call, change)
        let draft = LineageDraft(
            change: change, units: try aggregator.registry.units(), lineage: try aggregator.registry.lineage(),
            beginning: beginning, today: aggregator.today)
        guard draft.problems.isEmpty else { throw Refused(problems: draft.problems) }
        let slips = draft.beginning.map { (unit: $0, token: Token.random()) }
        try await aggregator.change { registry in
            try registry.put(draft.change, beginning: slips.map { ($0.unit, Token.hash($0.token)) })
        }
        let number = try aggregator.registry.lineage().changes.last?.number ?? 0
        let lines = slips.map { slip in
            SlipLine(
                unit: slip.unit.code.text, name: slip.unit.name, token: slip.unit.home == nil ? slip.token : nil,
                parent: "\(aggregator.identity)", dutyTelephone: slip.unit.dutyTelephone)
        }
        return .json(
            String(
                decoding: try JSONEncoder().encode(LineageSlip(change: number, slips: lines)), as: UTF8.self))
    }

    /// An officer's word that those who follow are complete as they are.
    func settle(_ call: Call) async throws -> Reply {
        guard let number = call.query["change"].flatMap({ Int64($0) }), let reason = call.query["reason"],
            !reason.isEmpty, let officer = call.query["officer"], !officer.isEmpty
        else { throw Refused(problems: ["expected change (a number), reason and officer"]) }
        guard let change = try aggregator.registry.lineage().changes.first(where: { $0.number == number }),
            change.settledAt == nil
        else { throw Refused(problems: ["no change \(number) is waiting; see `jiayuan unit changes`"]) }
        guard change.day <= aggregator.today else {
            throw Refused(problems: ["change \(number) begins on \(change.day)"])
        }
        let wall = aggregator.clock.wall
        try await aggregator.change { try $0.settle(change, at: wall, reason: reason, officer: officer) }
        return .text("change \(number) is settled: the units that follow are counted from now on\n")
    }

    /// Every change, the waiting ones with what they wait for.
    func changes() throws -> Reply {
        let handover = Handover(aggregator.look())
        let lines = handover.lineage.changes.map { ChangeLine($0, handover, today: aggregator.today) }
        return .json(String(decoding: try JSONEncoder().encode(lines), as: UTF8.self))
    }

    // MARK: Reading

    private func read(_ call: Call) throws -> UnitChange {
        let codes = (call.query["units"] ?? "").split(separator: ",").map { Code($0) }
        guard let kind = call.query["kind"].flatMap({ UnitChange.Kind(rawValue: $0) }), !codes.isEmpty,
            let reason = call.query["reason"], !reason.isEmpty, let officer = call.query["officer"], !officer.isEmpty
        else { throw Refused(problems: ["expected kind (split, merge, move, close), units, on, reason and officer"]) }
        guard !codes.contains(nil) else { throw Refused(problems: ["units: one of them is no unit code"]) }
        let wall = aggregator.clock.wall
        var change = UnitChange(
            number: 0, kind: kind, day: call.query["on"] ?? aggregator.today, at: wall,
            settledAt: kind == .move || kind == .close ? wall : nil, before: codes.compactMap { $0 }, reason: reason,
            officer: officer)
        if kind == .move {
            guard let to = call.query["to"] else { throw Refused(problems: ["to: expected the code of a division"]) }
            try requireDivision(to)
            change.community = to
            change.home = try home(call)
        }
        return change
    }

    private func beginning(_ call: Call, _ change: UnitChange) throws -> [RegistryUnit] {
        guard change.kind == .split || change.kind == .merge else { return [] }
        let percent = try aggregator.registry.units().first { $0.code == change.before.first }?.ceilingPercent
        let (units, problems) = try readUnits(call.body, percent ?? 120, try home(call))
        guard problems.isEmpty else { throw Refused(problems: problems) }
        return units
    }
}
