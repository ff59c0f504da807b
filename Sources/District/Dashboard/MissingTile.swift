import Coverage
import Daemon
import Federation

/// Who is still missing: the first thing on every page of a place.
enum MissingTile {
    /// People first: a household is a door, a person is whom it is about.
    ///
    /// - Parameters:
    ///   - wasHeard: somebody has said something. Before that nothing is last known, which is not zero.
    ///   - at: of a unit that isn't heard, the time of what it last said.
    static func html(
        _ tested: Figure, _ completion: Figure, wasHeard: Bool, at: String? = nil, _ text: Messages
    ) -> HTML {
        """
        <section class="tile first"><h2>\(text("dash.still_missing"))</h2>
        <p class="big">\(FigureText.missing(tested, text)) <small>\(text("dash.people"))</small></p><p>\(
            last(tested, wasHeard, at, text))</p>
        <p>\(text("dash.still_missing.households")) \(FigureText.missing(completion, text)) \(text("dash.households"))</p>\(
            FigureText.uncounted(tested, text))</section>
        """
    }

    private static func last(_ tested: Figure, _ wasHeard: Bool, _ at: String?, _ text: Messages) -> String {
        guard wasHeard else { return text("dash.no_data") }
        let last = text("dash.last_known_missing", ["count": FigureText.number(tested.missingLastKnown)])
        return at.map { text("dash.rate_at", ["rate": last, "at": $0]) } ?? last
    }
}
