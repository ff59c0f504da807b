import Coverage
import Federation
package import Wire

/// All that was published, here and above, in every version. There is little of it: it is held whole.
package struct DirectiveBook: Sendable, Equatable {
    /// One version as the registry holds it.
    package struct Entry: Sendable, Equatable {
        package var directive: Directive
        /// Issued by the aggregator above: nobody changes it here.
        package var isFromAbove: Bool
        /// False where the aggregator above tells of it no more.
        package var isCarried: Bool

        package init(_ directive: Directive, isFromAbove: Bool = false, isCarried: Bool = true) {
            (self.directive, self.isFromAbove, self.isCarried) = (directive, isFromAbove, isCarried)
        }
    }

    private var entries: [String: [Entry]] = [:]
    /// The last version of each, in the order in which these were published.
    private(set) var latest: [Directive] = []
    /// By round, the rules by which its figures are read.
    private var rules: [String: [Directive]] = [:]

    package init(_ all: [Entry] = []) {
        entries = Dictionary(grouping: all) { $0.directive.code }.mapValues { entries in
            // Of two that are called alike the one from above is meant, as with rounds.
            let above = entries.filter(\.isFromAbove)
            return (above.isEmpty ? entries : above).sorted { $0.directive.version < $1.directive.version }
        }
        latest = entries.values.compactMap { $0.last?.directive }.sorted(by: Directive.isEarlier)
        rules = Dictionary(grouping: latest.filter(isInForce)) { $0.campaign ?? "" }
    }

    private func isInForce(_ directive: Directive) -> Bool {
        directive.counts != nil && !directive.withdrawn && entries[directive.code]?.last?.isCarried == true
    }

    /// From the first to the last; empty for a code that nobody has used.
    func versions(of code: String) -> [Directive] { entries[code]?.map(\.directive) ?? [] }
    func last(_ code: String) -> Directive? { entries[code]?.last?.directive }
    func isFromAbove(_ code: String) -> Bool { entries[code]?.last?.isFromAbove ?? false }

    /// What a speaker is told: the newest ones that concern it, and before them, however old, the rules by which figures are
    /// read. The newest last.
    func concerning(_ speaker: Int, _ tree: PlaceTree) -> [Directive] {
        let audience = Audience(speaker, tree)
        var told: [Directive] = []
        for directive in latest.reversed() where entries[directive.code]?.last?.isCarried ?? false {
            guard let directive = audience.told(directive) else { continue }
            told.append(directive)
            if told.count == Limits.directives { break }
        }
        let newest = Set(told.map(\.code))
        let older = rules.values.joined().filter { !newest.contains($0.code) }.sorted(by: Directive.isEarlier)
        return older.compactMap(audience.told) + told.reversed()
    }
}

/// By which rules the figures of a round are read.
extension DirectiveBook {
    /// The program's, and in their places those that were published for the round.
    func measures(of round: Code) -> [Measure] {
        guard let published = rules[round.text] else { return Measure.all }
        return Measure.all.map { measure in published.lazy.compactMap(measure.read(by:)).first ?? measure }
    }

    /// All by which they ever were, such as a sample of an earlier hour.
    func everyMeasure(of round: Code) -> [Measure] {
        let published = entries.values.joined().map(\.directive).filter { $0.campaign == round.text }
        return Measure.all.flatMap { measure in [measure] + published.compactMap(measure.read(by:)) }
    }

    /// The rule that is in force for a measure of a round, if one was published.
    func rule(of round: String, _ measure: String) -> Directive? {
        rules[round]?.first { $0.counts?.measure == measure }
    }

    /// Since when the round is read as it is now, where officers published something about that.
    func ruleChanges(of round: Code) -> [RuleVersion] {
        measures(of: round).compactMap { measure in
            latest.last { $0.campaign == round.text && $0.counts?.measure == measure.code }.map {
                RuleVersion(measure: measure.code, version: measure.version, since: $0.at, round: round)
            }
        }
    }

    /// For the next rule that is published here.
    var nextRule: Int {
        let last = entries.values.joined().compactMap { $0.directive.counts?.version }.max() ?? 0
        return max(last + 1, Measure.firstPublished)
    }
}

extension Measure {
    func read(by directive: Directive) -> Measure? {
        guard let counts = directive.counts, counts.measure == code else { return nil }
        return read(version: counts.version, done: counts.done, due: counts.due)
    }
}

/// Whom a directive has to name for a speaker to be told of it.
struct Audience {
    /// The speaker and the divisions above it: what is for one of them is for all of the speaker's units.
    private let whole: Set<String>
    /// Units below a relay and the divisions between; empty for a unit.
    private let parts: Set<String>

    init(_ speaker: Int, _ tree: PlaceTree) {
        let code = tree.code(ofSpeaker: speaker).text
        guard let relay = tree.relay(speaker) else {
            whole = Set(tree.divisions(above: speaker).map(\.code) + [code])
            parts = []
            return
        }
        let entry = tree.relays[relay]
        whole = Set(entry.path.map(\.code) + [code])
        parts = Set(
            entry.units.flatMap { unit in
                [tree.units[unit].code.text] + tree.divisions(above: unit).map(\.code)
            }
        ).subtracting(whole)
    }

    /// - Returns: the directive as the speaker is told of it; nil if it isn't.
    func told(_ directive: Directive) -> Directive? {
        guard let to = directive.to else { return directive }
        var told = directive
        told.to = nil
        if to.contains(where: whole.contains) { return told }
        let named = to.filter(parts.contains)
        guard !named.isEmpty else { return nil }
        told.to = named
        return told
    }
}
