import Coverage
import Federation

extension Measure {
    /// What the public reads. Two measures over the same people would be one table with more sums than are looked at.
    static let published = [completion, tested]
}

/// What releases said so far, and what they were made of: of all rounds together, because the same people are due in each.
struct ToldReleases: Sendable {
    /// The round that was told of last.
    private var round: String?
    /// By measure's code; nil where what was hidden is no longer known.
    private var histories: [String: ReleaseHistory?]

    init() { histories = Dictionary(uniqueKeysWithValues: Measure.published.map { ($0.code, ReleaseHistory()) }) }

    /// What the next release has to hide.
    ///
    /// - Parameter round: that it tells of.
    func plan(_ cut: ReleaseCut, _ round: String) -> [String: Result<[Bool], ReleaseRefusal>] {
        let told = began(round)
        return Dictionary(
            uniqueKeysWithValues: Measure.published.map { measure in
                guard cut.version(of: measure) == measure.version else {
                    return (measure.code, .failure(ReleaseRefusal(reason: .own_rule)))
                }
                guard let history = told.histories[measure.code] ?? nil else {
                    return (measure.code, .failure(ReleaseRefusal(reason: .past_unknown)))
                }
                let plan = history.plan(cut.table(measure), round: round).map(Result<[Bool], ReleaseRefusal>.success)
                return (measure.code, plan ?? .failure(ReleaseRefusal(reason: .unprotected)))
            })
    }

    /// Takes in a release as it was published. What it hid is read from the series, if that still agrees with what it said.
    ///
    /// - Parameter cut: nil where the series doesn't reach back.
    mutating func append(_ document: ReleaseDocument, _ cut: ReleaseCut?) {
        self = began(document.campaign)
        for rule in document.measures where rule.withheld == nil {
            guard let history = histories[rule.measure] ?? nil else { continue }
            let release = ToldReleases.release(document, rule, cut)
            histories[rule.measure] = .some(release.map { history.appending($0) })
        }
    }

    /// Before the first release of a round. Where it isn't known any more what earlier rounds hid, it begins a past of its own.
    private func began(_ round: String) -> ToldReleases {
        guard round != self.round else { return self }
        var told = self
        told.round = round
        for measure in Measure.published where (told.histories[measure.code] ?? nil) == nil {
            told.histories[measure.code] = ReleaseHistory()
        }
        return told
    }

    /// What a document says of a measure, and what it was made of; nil where that isn't known any more.
    static func release(
        _ document: ReleaseDocument, _ rule: ReleaseDocument.Rule, _ cut: ReleaseCut?
    ) -> Release? {
        let figures = document.places.map { place in place.measures.first { $0.measure == rule.measure } }
        let shown = figures.flatMap { figure in ReleaseTable.Column.allCases.map { figure?.shown($0) } }
        let hidden = figures.flatMap { figure in
            ReleaseTable.Column.allCases.map { figure?.hidden.contains($0.word) ?? false }
        }
        if let measure = Measure.published.first(where: { $0.code == rule.measure && $0.version == rule.rule_version }),
            let table = cut?.table(measure),
            zip(table.values, zip(shown, hidden)).allSatisfy({ $1.1 || $0 == $1.0 ?? 0 })
        {
            return Release(table, hidden: hidden, round: document.campaign)
        }
        guard !hidden.contains(true) else { return nil }
        let counts = stride(from: 0, to: shown.count, by: 3).map { (done: shown[$0] ?? 0, due: shown[$0 + 2] ?? 0) }
        let places = document.cutPlaces.map { ReleaseTable.Place(code: $0.code, parent: $0.parent) }
        return Release(ReleaseTable(places, counts: counts), hidden: hidden, round: document.campaign)
    }
}

extension ReleaseHistory {
    fileprivate func appending(_ release: Release) -> ReleaseHistory {
        var history = self
        history.append(release)
        return history
    }
}
