import Coverage
import Federation

/// How a place or a unit stood at a moment: what its figures were made of, whatever has become of rows, rules and
/// registry since.
struct Sample: Sendable, Equatable {
    /// Units by how they stand; of a unit itself one of them is 1. All are zero where nothing is counted (any more).
    var standings: [Standing: Int64]
    /// Volunteers that known compounds are short of; nil where nobody said.
    var short: Int64?
    /// By measure, with the version of its rule.
    var evidence: [String: Evidence]

    var expected: Int64 { standings.values.reduce(0, +) }
    var known: Int64 { standings[.known, default: 0] }
    func figure(_ measure: Measure) -> Figure? { evidence[measure.title].map { Figure($0) } }
}

extension Measure {
    /// Names the rule: what an old sample says was counted under it.
    var title: String { "\(code)@\(version)" }
}

/// The order in which a sample's numbers stand, so that the same place's samples differ in few of them.
struct SampleShape: Sendable, Equatable {
    /// Titles of measures.
    let measures: [String]

    static let current = SampleShape(measures: Measure.all.map(\.title))

    init(measures: [String]) { self.measures = measures }
    init(text: String) { measures = text.split(separator: " ").map(String.init) }

    var text: String { measures.joined(separator: " ") }
    var width: Int { Standing.allCases.count + 1 + measures.count * Evidence.columns.count }

    func numbers(_ sample: Sample) -> [Int64] {
        Standing.allCases.map { sample.standings[$0, default: 0] } + [sample.short.map { $0 + 1 } ?? 0]
            + measures.flatMap { title in Evidence.columns.map { sample.evidence[title]?[keyPath: $0] ?? 0 } }
    }

    func sample(_ numbers: [Int64]) -> Sample {
        let standings = zip(Standing.allCases, numbers)
        let short = numbers[Standing.allCases.count]
        let rest = numbers.dropFirst(Standing.allCases.count + 1)
        let evidence = measures.enumerated().map { place, title -> (String, Evidence) in
            var evidence = Evidence.none
            let own = rest.dropFirst(place * Evidence.columns.count)
            for (column, value) in zip(Evidence.columns, own) { evidence[keyPath: column] = value }
            return (title, evidence)
        }
        return Sample(
            standings: Dictionary(uniqueKeysWithValues: standings.filter { $0.1 != 0 }.map { ($0.0, $0.1) }),
            short: short == 0 ? nil : short - 1, evidence: Dictionary(uniqueKeysWithValues: evidence))
    }
}

extension Evidence {
    fileprivate static var none: Evidence {
        Evidence(
            numerator: 0, denominator: 0, lastNumerator: 0, lastDenominator: 0, unknownCeiling: 0, totalCeiling: 0,
            unbounded: 0)
    }

    fileprivate static var columns: [WritableKeyPath<Evidence, Int64>] {
        [
            \.numerator, \.denominator, \.lastNumerator, \.lastDenominator, \.unknownCeiling, \.totalCeiling,
            \.unboundedUnits, \.surplus, \.deficit, \.uncounted,
        ]
    }

    private var unboundedUnits: Int64 {
        get { Int64(unbounded) }
        set { unbounded = Int(newValue) }
    }
}
