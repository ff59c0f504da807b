import Daemon
import Federation

/// The catalogues of `Config/indicators.yaml`: the newest of each dataset is the one rows are counted under.
struct Catalogues: Sendable {
    let all: [Catalogue]
    private let newest: [Code: Catalogue]

    /// - Parameter text: the list; nil for the one in this binary.
    init(_ text: String? = nil) {
        let tree = YAMLTree(text ?? Asset.text("indicators.yaml") ?? "")
        all = (tree?.items ?? []).compactMap { entry in
            guard let dataset = entry["dataset"]?.text.flatMap({ Code($0) }) else { return nil }
            let indicators = (entry["indicators"]?.items ?? []).compactMap(Catalogues.indicator)
            return Catalogue(dataset: dataset, indicators: indicators)
        }
        newest = Dictionary(all.map { ($0.dataset, $0) }) { $1 }
    }

    subscript(dataset: Code) -> Catalogue? { newest[dataset] }

    private static func indicator(_ entry: YAMLTree) -> Indicator? {
        let fields = entry.items.compactMap(\.text)
        guard fields.count == 3, let code = Code(fields[0]), let unit = Indicator.Unit(rawValue: fields[1]),
            let suppression = Code(fields[2])
        else { return nil }
        return Indicator(code: code, unit: unit, suppression: suppression)
    }
}
