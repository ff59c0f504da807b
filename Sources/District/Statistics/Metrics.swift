import Coverage
import Federation

/// Prometheus text exposition. Labels are bounded: states, measures and the divisions directly below the top, never
/// units. What isn't known has no sample: a scraper takes a number for a number.
struct Metrics {
    private var text = ""

    /// Divisions that have samples of their own; of more than these none has, since half of them would pass for all.
    static let mostDivisions = 50

    /// - Parameter waiting: calls that wait for news.
    static func text(_ picture: Picture, waiting: Int) -> String {
        var metrics = Metrics()
        metrics.add("units_expected", "Units that are expected to report.", [("", Int64(picture.rollup.tree.counted))])
        let round = picture.campaign(nil)
        let cut = round.map { picture.along($0).cutWords } ?? picture.cutWords
        metrics.add("cut_info", "By what figures are added up.", [(label(cut), 1)])
        metrics.add("picture_timestamp_seconds", "When these figures were taken.", [("", picture.wall)])
        metrics.add("readers_waiting", "Calls that wait for news of figures.", [("", Int64(waiting))])
        if let scrub = picture.scrub {
            metrics.add("scrub_at_seconds", "When rows were last verified.", [("", scrub.at)])
            metrics.add(
                "scrub_findings", "Copies that were not what was acknowledged.", [("", Int64(scrub.findings))])
        }
        if let round { metrics.add(picture.along(round), round) }
        return metrics.text
    }

    private static func label(_ cut: CutWords) -> String {
        // An edition is what somebody called it.
        let edition = (cut.version ?? "").replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
        return "kind=\"\(cut.kind)\",edition=\"\(edition)\""
    }

    private mutating func add(_ name: String, _ help: String, _ samples: [(labels: String, value: Int64)]) {
        guard !samples.isEmpty else { return }
        text += "# HELP jiayuan_\(name) \(help)\n# TYPE jiayuan_\(name) gauge\n"
        for (labels, value) in samples {
            text += "jiayuan_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n"
        }
    }

    private mutating func add(_ picture: Picture, _ campaign: Code) {
        guard let root = picture.rollup.tree.root, let round = picture.campaigns.first(where: { $0.code == campaign })
        else { return }
        let asked = Asked(
            picture, round, .place(root), others: picture.rollup.tree.places[root].children.map(Spot.place))
        let whole = ReportedPlace(asked.subject, in: asked)
        add("round_info", "The round that the figures are of.", [("campaign=\"\(campaign)\"", 1)])
        add("round_deadline_timestamp_seconds", "When the round is to be finished.", [("", round.deadline)])
        add(whole.figures.completeness)
        addCounts(whole)
        addBounds("", [("", whole)])
        if asked.others.count <= Metrics.mostDivisions {
            addBounds(
                "division_",
                asked.others.map { spot in
                    let place = ReportedPlace(spot, in: asked)
                    return ("division=\"\(place.figures.code)\",", place)
                })
        }
        if let contact = whole.figures.oldestContact {
            add("oldest_contact_timestamp_seconds", "Oldest contact among units that aren't known.", [("", contact)])
        }
        add("double_claims", "Households that two units count.", [("", whole.figures.openClaims.surplus)])
        if let short = whole.volunteers?["short"] {
            add("volunteers_short", "Volunteers still short, never netted between compounds.", [("", short)])
        }
    }

    private mutating func add(_ units: Completeness) {
        let counts: [(Standing, Int)] = [
            (.known, units.known), (.stale, units.stale), (.silent, units.silent),
            (.neverConnected, units.neverConnected), (.disputed, units.disputed), (.unknownRows, units.unknownRows),
        ]
        add(
            "units", "Units by how they stand in the current round.",
            counts.map { ("state=\"\($0.word)\"", Int64($1)) })
    }

    private mutating func addCounts(_ place: ReportedPlace) {
        let families: [(String, String, (ReportedMeasure) -> Int64?)] = [
            ("numerator", "Numerator over known units.", { $0.numerator }),
            ("denominator", "Denominator over known units.", { $0.denominator }),
            ("last_known_numerator", "Numerator, unknown units as they last were.", { $0.lastKnown?.numerator }),
            ("last_known_denominator", "Denominator, unknown units as they last were.", { $0.lastKnown?.denominator }),
            ("missing_at_least", "Still missing, at least.", { $0.figure.missingAtLeast }),
            ("missing_at_most", "Still missing, at most.", { $0.figure.missingAtMost }),
            ("rule_version", "Version of the rule that the measure is.", { Int64($0.measure.version) }),
        ]
        for (name, help, value) in families { add(name, help, Metrics.samples([("", place)], value)) }
    }

    private mutating func addBounds(_ prefix: String, _ places: [(labels: String, place: ReportedPlace)]) {
        add(
            prefix + "lower_permille", "Lower bound in tenths of a percent, rounded down.",
            Metrics.samples(places) { $0.figure.lower?.permilleDown })
        add(
            prefix + "upper_permille", "Upper bound in tenths of a percent, rounded up.",
            Metrics.samples(places) { $0.figure.upper?.permilleUp })
    }

    private static func samples(
        _ places: [(labels: String, place: ReportedPlace)], _ value: (ReportedMeasure) -> Int64?
    ) -> [(labels: String, value: Int64)] {
        places.flatMap { labels, place in
            place.measures.compactMap { measured in
                value(measured).map { ("\(labels)measure=\"\(measured.measure.code)\"", $0) }
            }
        }
    }
}
