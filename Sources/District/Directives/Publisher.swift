import Daemon
import Federation
import Wire

/// Publishes what officers say, by command or on a page: the same rules, the same record.
struct Publisher: Sendable {
    let aggregator: Aggregator

    func publish(_ words: DirectiveWords) async throws -> Directive {
        try await write { draft throws(DirectiveProblem) in try draft.publish(words) }
    }

    func withdraw(_ words: DirectiveWords) async throws -> Directive {
        try await write { draft throws(DirectiveProblem) in try draft.withdraw(words) }
    }

    /// Judged on the writing thread, so that of two who publish at once the second sees what the first said.
    private func write(
        _ next: @escaping @Sendable (DirectiveDraft) throws(DirectiveProblem) -> Directive
    ) async throws -> Directive {
        let (now, told) = (aggregator.clock.wall, Told())
        try await aggregator.change { [aggregator] registry in
            let draft = DirectiveDraft(
                book: try registry.directives(), tree: aggregator.look().rollup.tree,
                campaigns: try registry.campaigns(), now: now)
            let directive = try next(draft)
            try registry.put(directive)
            told.directive = directive
        }
        guard let directive = told.directive else { throw CancellationError() }
        return directive
    }

    /// Set on the writing thread before whoever waits for it goes on.
    private final class Told: @unchecked Sendable { var directive: Directive? }

    /// A round, new or changed. A change goes down to everybody who goes by the round: it has a reason and a name.
    ///
    /// - Parameters:
    ///   - order: its order number; nil for the one that it has.
    ///   - targets: how far it should be by when, as people write it; nil for those that it has.
    func publish(
        _ round: RegistryCampaign, order: String?, targets: String?, withClaims: Bool, reason: String?, officer: String?
    ) async throws {
        var words = DirectiveWords(code: round.code.text)
        (words.reason, words.officer) = (reason, officer)
        let wall = aggregator.clock.wall
        try await aggregator.change { [aggregator, words] registry in
            let known = try registry.campaigns().first { $0.code == round.code }
            var campaign = round
            campaign.order = order ?? known?.order ?? ""
            campaign.targets = try Publisher.targets(targets, of: round) ?? known?.targets ?? []
            if RoundTarget.fault(campaign.targets, opens: campaign.opens, deadline: campaign.deadline) != nil {
                throw Publisher.problem(targets ?? RoundTarget.written(campaign.targets, near: campaign.deadline))
            }
            // Households are compared from now on, or never again in this round: what was decided about them is deleted.
            let turns = known.map { !$0.closed && !campaign.closed && ($0.claimKey != nil) != withClaims } ?? false
            if let known, turns || !known.says(sameAs: campaign) { _ = try DirectiveDraft.word(words) }
            guard try registry.directives().isFromAbove(campaign.code.text) == false else {
                throw DirectiveProblem(code: .above, field: "code", value: campaign.code.text)
            }
            try registry.publish(
                campaign, withClaims: withClaims, at: wall, draw: { .random(in: 1 ... .max) },
                open: aggregator.look().openClaims(campaign.code))
            try registry.noteRound(campaign, at: wall, reason: reason ?? "", officer: officer ?? "")
            if turns {
                try registry.note(
                    withClaims ? "claims" : "no claims", of: campaign.code, at: wall, reason: reason ?? "",
                    officer: officer ?? "")
            }
        }
    }

    /// - Returns: nil where nothing is said of them.
    private static func targets(
        _ written: String?, of round: RegistryCampaign
    ) throws(DirectiveProblem) -> [RoundTarget]? {
        guard let written else { return nil }
        let targets = RoundTarget.targets(
            written: written, near: round.deadline, opens: round.opens, deadline: round.deadline)
        guard let targets else { throw problem(written) }
        return targets
    }

    private static func problem(_ targets: String) -> DirectiveProblem {
        DirectiveProblem(code: .targets, field: "targets", value: String(targets.prefix(80)))
    }
}
