/// One person's claim on one building, folded from the live statements about it.
///
/// The rule, and why:
/// - A release before the last claim is history: whoever claimed again knew of it or overrode it.
/// - After the last claim each device has one word, its last: somebody who taps twice corrects himself.
/// - Where one device says released and another says done, done stands: work that was done isn't undone by
///   somebody who gave it up elsewhere, and nobody is sent to those doors twice. A person settles it.
struct ClaimReading {
    var state: Record.Claim
    /// The first claim since the last release, for the order of reserves.
    var holding: Observation
    /// Since when he is there, seconds since 1970, as said last since the last release; nil where nobody said.
    var from: Int64?
    /// Whom he shares the building with, as said last since the last release; nil where nobody said.
    var with: String?
    /// The words that contradict each other; empty where none do.
    var disputed: [Word]

    /// What one device has said since the last claim, and its last word.
    struct Word {
        var all: [Observation]
        var last: Observation
    }

    /// - Parameter statements: live, in the journal's order.
    /// - Returns: nil where there are none.
    init?(_ statements: [Observation]) {
        guard let last = statements.last, let stated = ClaimReading.state(last) else { return nil }
        let split = statements.lastIndex { ClaimReading.state($0) == .claimed }.map { $0 + 1 } ?? 0
        let words = ClaimReading.lastWords(statements[split...])
        let states = Set(words.compactMap { ClaimReading.state($0.last) })
        state = states.contains(.done) ? .done : stated
        disputed = states.count > 1 ? words : []
        let held = ClaimReading.held(statements[..<split])
        holding = state == .released ? last : held.last ?? words.first?.last ?? last
        let said = held.lazy.map { JSONLine.read($0.value) }
        from = said.compactMap { Clock.moment($0?["from"]) }.first
        with = said.compactMap { $0?["with"] as? String }.first
    }

    /// Since the last release, the latest first.
    private static func held(_ statements: ArraySlice<Observation>) -> [Observation] {
        statements.reversed().prefix { state($0) != .released }.map { $0 }
    }

    /// The claim that a release ended: who was before whom on the building.
    ///
    /// - Parameter said: all that was said about the claim, taken back or not, in the journal's order.
    static func ended(by release: Observation, _ said: [Observation]) -> Observation? {
        held(said.prefix { $0.id != release.id }[...]).last { state($0) == .claimed }
    }

    /// By recorder and device, in the journal's order of the last words.
    private static func lastWords(_ statements: ArraySlice<Observation>) -> [Word] {
        let sources = Dictionary(grouping: statements) { [$0.recorder, $0.device] }
        return sources.values.compactMap { all in all.last.map { Word(all: all, last: $0) } }
            .sorted { Observation.standsBelow($0.last, $1.last) }
    }

    static func state(_ statement: Observation) -> Record.Claim? {
        (JSONLine.read(statement.value)?["state"] as? String).flatMap { Record.Claim(rawValue: $0) }
    }
}
