import Coverage
import Federation

/// What is counted beside the survey, in the same shape: whether units have told it, and its rates with bounds. Nothing that is
/// registered bounds it, so with one unit unheard there is a least and no most.
struct DatasetFigures: Sendable {
    var completeness: Completeness
    var measures: [MeasureFigure]
}

extension Picture {
    /// By dataset; none of which no unit anywhere has sent any.
    func datasets(_ spot: Spot, _ period: Code) -> [String: DatasetFigures] {
        let sent = rollup.cuts.keys.filter { $0.period == period }.map(\.dataset.text)
        return sent.filter { $0 == "volunteers" || !Picture.known.contains($0) }.reduce(into: [:]) { figures, name in
            figures[name] = DatasetFigures(
                completeness: completeness(spot, name, period),
                measures: Measure.beside.filter { $0.dataset == name }.map {
                    MeasureFigure(measure: $0, figure: figure(spot, $0, period), registered: 0)
                })
        }
    }

    func figure(_ spot: Spot, _ measure: Measure, _ period: Code) -> Figure {
        switch spot {
        case .place(let place): figure(place, measure, period)
        case .unit(let unit): figure(unit: unit, measure, period)
        }
    }

    /// Datasets that have figures and pages of their own.
    private static let known: Set<String> =
        Help.datasets.reduce(into: ["frame", "survey", "volunteers", "claim"]) { $0.insert($1.text) }

    /// What desks sent beside them.
    func otherDatasets(_ period: Code) -> [Code] {
        rollup.cuts.keys.filter { $0.period == period && !Picture.known.contains($0.dataset.text) }.map(\.dataset)
    }
}
