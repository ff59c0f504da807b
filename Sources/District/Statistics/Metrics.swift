import Coverage
import Federation

/// Prometheus text exposition. Labels are bounded: states and measures, never units.
enum Metrics {
    static func text(_ picture: Picture) -> String {
        var out = ""
        func family(_ name: String, _ help: String, _ samples: [(String, Int64)]) {
            guard !samples.isEmpty else { return }
            out += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
            for (labels, value) in samples { out += "\(name)\(labels) \(value)\n" }
        }
        family(
            "jiayuan_units_expected", "Units that are expected to report.", [("", Int64(picture.rollup.tree.counted))])
        if let scrub = picture.scrub {
            family("jiayuan_scrub_at_seconds", "When rows were last verified.", [("", scrub.at)])
            family(
                "jiayuan_scrub_findings", "Copies that were not what was acknowledged.", [("", Int64(scrub.findings))])
        }
        guard let campaign = picture.campaign(nil) else { return out }
        let picture = picture.along(campaign)
        guard let root = picture.rollup.tree.root else { return out }
        let question = Question(period: campaign, measures: Measure.all)
        let figures = picture.figures(root, question)
        let all = figures.completeness
        family(
            "jiayuan_units", "Units by how they stand in the current round.",
            [
                ("{state=\"known\"}", Int64(all.known)), ("{state=\"stale\"}", Int64(all.stale)),
                ("{state=\"silent\"}", Int64(all.silent)), ("{state=\"never_connected\"}", Int64(all.neverConnected)),
                ("{state=\"disputed\"}", Int64(all.disputed)), ("{state=\"unknown_rows\"}", Int64(all.unknownRows)),
            ])
        func samples(_ value: (Figure) -> Int64?) -> [(String, Int64)] {
            figures.measures.compactMap { measured in
                value(measured.figure).map { ("{measure=\"\(measured.measure.code)\"}", $0) }
            }
        }
        family("jiayuan_numerator", "Numerator over known units.", samples { $0.evidence.numerator })
        family("jiayuan_denominator", "Denominator over known units.", samples { $0.evidence.denominator })
        family(
            "jiayuan_lower_permille", "Lower bound in tenths of a percent, rounded down.",
            samples { $0.lower?.permilleDown })
        family(
            "jiayuan_upper_permille", "Upper bound in tenths of a percent, rounded up.",
            samples { $0.upper?.permilleUp })
        family("jiayuan_missing_at_most", "Still missing, at most.", samples { $0.missingAtMost })
        if let short = figures.counts["short"] {
            family("jiayuan_volunteers_short", "Volunteers still short, never netted between compounds.", [("", short)])
        }
        return out
    }
}
