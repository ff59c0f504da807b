import Coverage
import Federation

/// What every published place stood at at one step of the series: the inside figures that a release is decided over.
///
/// Published are the divisions, down to the communities. Where units stand directly under a place that has places below
/// it, they are together one more, since whoever subtracts finds them.
struct ReleaseCut: Sendable {
    struct Place: Sendable, Equatable {
        var code: String
        var name: String
        var level: String
        /// −1 at the root.
        var parent: Int

        static let rest = "rest"
        static func rest(of place: Place, at index: Int) -> Place {
            Place(code: place.code + "+", name: place.name, level: rest, parent: index)
        }
    }

    let places: [Place]
    let samples: [Sample]
    /// Seconds since 1970.
    let at: Int64

    /// - Returns: nil where nobody looked at that moment, or the places were others then.
    init?(_ places: [Place], _ log: SeriesLog, at moment: Int64) {
        guard let step = log.step(at: moment) else { return nil }
        var samples: [Sample] = []
        for place in places {
            let code = place.level == Place.rest ? places[place.parent].code : place.code
            guard let sample = log.sample(.place(code), at: moment), sample.expected > 0 else { return nil }
            samples.append(sample)
        }
        // The rest is what its place's other children leave.
        for (index, place) in places.enumerated() where place.level == Place.rest {
            for (other, sibling) in places.enumerated() where sibling.parent == place.parent && other != index {
                samples[index].subtract(samples[other])
            }
        }
        (self.places, self.samples, at) = (places, samples, step.at)
    }

    /// By which version of its rule a measure was read then: at all places by one.
    func version(of measure: Measure) -> Int? { samples.first?.version(of: measure) }

    func table(_ measure: Measure) -> ReleaseTable {
        let evidences = samples.map { $0.evidence[measure.title] }
        return ReleaseTable(
            zip(places, evidences).map { place, evidence in
                let ceiling = evidence.map { $0.totalCeiling - $0.unknownCeiling } ?? 0
                return .init(code: place.code, parent: place.parent, ceiling: ceiling > 0 ? ceiling : nil)
            }, counts: evidences.map { ($0?.numerator ?? 0, $0?.denominator ?? 0) })
    }
}

extension PlaceTree {
    /// The places of a release, the root first.
    var published: [ReleaseCut.Place] {
        var published: [ReleaseCut.Place] = []
        var numbers: [Int: Int] = [:]
        for (index, place) in places.enumerated() {
            numbers[index] = published.count
            published.append(
                .init(code: place.code, name: place.name, level: place.level, parent: numbers[place.parent] ?? -1))
        }
        for (index, place) in places.enumerated() where !place.children.isEmpty && !place.units.isEmpty {
            published.append(.rest(of: published[index], at: index))
        }
        return published
    }
}

extension ReleaseDocument {
    var cutPlaces: [ReleaseCut.Place] {
        let numbers = Dictionary(places.enumerated().map { ($1.code, $0) }) { first, _ in first }
        return places.map {
            .init(code: $0.code, name: $0.name, level: $0.level, parent: $0.parent.flatMap { numbers[$0] } ?? -1)
        }
    }
}

extension ReleaseCut {
    /// Which places a set beside the tree is made of, each once; nil where it isn't made of published places alone.
    func members(of codes: [String]) -> [Int]? {
        let numbers = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1.code, $0) })
        let named = codes.compactMap { numbers[$0] }
        guard !codes.isEmpty, named.count == codes.count else { return nil }
        let set = Set(named)
        func isBelowAnother(_ place: Int) -> Bool {
            var above = places[place].parent
            while above >= 0 {
                if set.contains(above) { return true }
                above = places[above].parent
            }
            return false
        }
        return named.filter { !isBelowAnother($0) }
    }
}

extension Sample {
    /// As much of both as the public may know.
    mutating func addCoarse(_ other: Sample) {
        for (standing, count) in other.standings { standings[standing, default: 0] += count }
        for (title, part) in other.evidence {
            evidence[title] = evidence[title].map { $0 + part.coarse } ?? part.coarse
        }
    }

    fileprivate mutating func subtract(_ other: Sample) {
        for (standing, count) in other.standings { standings[standing, default: 0] -= count }
        for (title, part) in other.evidence { evidence[title]?.subtract(part) }
    }
}

extension Evidence {
    fileprivate static func + (a: Evidence, b: Evidence) -> Evidence {
        Evidence(
            numerator: a.numerator + b.numerator, denominator: a.denominator + b.denominator, lastNumerator: 0,
            lastDenominator: 0, unknownCeiling: a.unknownCeiling + b.unknownCeiling,
            totalCeiling: a.totalCeiling + b.totalCeiling, unbounded: a.unbounded + b.unbounded,
            surplus: a.surplus + b.surplus)
    }

    fileprivate mutating func subtract(_ other: Evidence) {
        numerator -= other.numerator
        denominator -= other.denominator
        unknownCeiling -= other.unknownCeiling
        totalCeiling -= other.totalCeiling
        unbounded -= other.unbounded
        surplus -= other.surplus
        deficit -= other.deficit
    }
}
