import Coverage
import Daemon
import Federation

/// Figures as they stood at a moment of a round, made of its samples: what is held now says nothing about then.
extension StatsDocument {
    /// - Throws: `StatsProblem` where the moment isn't in the series.
    init(_ asked: Asked, _ log: SeriesLog, at moment: Int64, fields: Set<StatsSelection.Field>) throws {
        guard let step = log.step(at: moment) else {
            throw StatsProblem.absent("not_sampled", "at", "nobody took a sample then; see /v1/series for when")
        }
        let picture = asked.picture
        func place(_ spot: Spot) -> Place? {
            guard let sample = log.sample(picture.subject(spot), at: moment), sample.expected > 0 else { return nil }
            let figures = picture.figures(spot, sample, asked.campaign.code)
            return Place(
                figures,
                state: spot.isUnit ? sample.standings.keys.first : nil,
                timeliness: moment < asked.campaign.deadline ? nil : asked.timeliness(spot),
                targets: asked.targets(spot, figures, now: moment),
                fields: fields)
        }
        guard let subject = place(asked.subject) else {
            throw StatsProblem.absent("not_sampled", "at", "it wasn't counted then")
        }
        self.init(
            campaign: asked.campaign.code.text, as_of: step.at, deadline: asked.campaign.deadline,
            revision: picture.revision(of: asked.campaign.code),
            division_edition: picture.edition, cut: Cut(picture.cutWords),
            place: subject, children: asked.others.compactMap(place))
    }
}

extension Spot {
    var isUnit: Bool { if case .unit = self { true } else { false } }
}

extension Picture {
    func subject(_ spot: Spot) -> SeriesSubject {
        switch spot {
        case .place(let place): .place(rollup.tree.places[place].code)
        case .unit(let unit): .unit(rollup.tree.units[unit].code)
        }
    }

    /// What a sample holds; of the rest nothing is known. A measure is read as it was then.
    fileprivate func figures(_ spot: Spot, _ sample: Sample, _ round: Code) -> PlaceFigures {
        let tree = rollup.tree
        let (code, name, level) =
            switch spot {
            case .place(let place): (tree.places[place].code, tree.places[place].name, tree.places[place].level)
            case .unit(let unit): (tree.units[unit].code.text, tree.units[unit].name, "unit")
            }
        var completeness = Completeness(
            expected: Int(sample.expected), known: 0, stale: 0, silent: 0, neverConnected: 0, disputed: 0,
            unknownRows: 0)
        for (standing, count) in sample.standings { completeness.add(standing, Int(count)) }
        let measures = directives.everyMeasure(of: round).compactMap { measure in
            sample.figure(measure).map { MeasureFigure(measure: measure, figure: $0, registered: 0) }
        }
        let open = measures.of(.completion)?.figure.evidence
        return PlaceFigures(
            code: code, name: name, level: level, measures: measures, completeness: completeness, oldestContact: nil,
            counts: sample.short.map { ["short": $0] } ?? [:], others: [:], phonedIn: [],
            openClaims: OpenClaims(surplus: open?.surplus ?? 0, deficit: open?.deficit ?? 0))
    }
}
