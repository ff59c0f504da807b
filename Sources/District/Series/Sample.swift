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
    var title: String { stem + "\(version)" }
    fileprivate var stem: String { code + "@" }
}

extension Sample {
    /// By which version of its rule a measure was read.
    func version(of measure: Measure) -> Int? {
        evidence.keys.first { $0.hasPrefix(measure.stem) }.flatMap { Int($0.dropFirst(measure.stem.count)) }
    }
}

/// The order in which a sample's numbers stand, so that the same place's samples differ in few of them: units by standing,
/// volunteers short, then the evidence of each measure.
struct SampleShape: Sendable, Equatable {
    /// Titles of measures.
    let measures: [String]
    /// How many there were when it was written; later ones are appended.
    private let standings: Int
    private let columns: Int

    init(measures: [String]) {
        self.measures = measures
        (standings, columns) = (Standing.allCases.count, Evidence.columns.count)
    }

    /// - Returns: nil for what `text` never was.
    init?(text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count > 2, let standings = Int(words[0]), let columns = Int(words[1]), standings > 0, columns > 0
        else { return nil }
        (self.standings, self.columns, measures) = (standings, columns, Array(words.dropFirst(2)))
    }

    var text: String { (["\(standings)", "\(columns)"] + measures).joined(separator: " ") }
    var width: Int { standings + 1 + measures.count * columns }

    func numbers(_ sample: Sample) -> [Int64] {
        Standing.allCases.map { sample.standings[$0, default: 0] } + [sample.short.map { $0 + 1 } ?? 0]
            + measures.flatMap { title in Evidence.columns.map { sample.evidence[title]?[keyPath: $0] ?? 0 } }
    }

    func sample(_ numbers: [Int64]) -> Sample {
        let standings = Standing.allCases.map { ($0, count($0, numbers)) }.filter { $0.1 != 0 }
        let evidences = measures.compactMap { title in evidence(numbers, title).map { (title, $0) } }
        return Sample(
            standings: Dictionary(uniqueKeysWithValues: standings), short: short(numbers),
            evidence: Dictionary(uniqueKeysWithValues: evidences))
    }

    // MARK: Parts

    func count(_ standing: Standing, _ numbers: [Int64]) -> Int64 {
        let place = Int(standing.rawValue)
        return place < standings ? numbers[place] : 0
    }

    func expected(_ numbers: [Int64]) -> Int64 { numbers.prefix(standings).reduce(0, +) }

    func short(_ numbers: [Int64]) -> Int64? { numbers[standings] == 0 ? nil : numbers[standings] - 1 }

    /// - Returns: nil for a rule that it isn't made of.
    func evidence(_ numbers: [Int64], _ title: String) -> Evidence? {
        guard let place = measures.firstIndex(of: title) else { return nil }
        var evidence = Evidence.none
        // A shorter sample says nothing of it: whether everybody had a ceiling then, nobody knows.
        evidence.unmeasured = 1
        let start = standings + 1 + place * columns
        for (column, offset) in zip(Evidence.columns, 0..<columns) {
            evidence[keyPath: column] = numbers[start + offset]
        }
        return evidence
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
            \.unboundedUnits, \.surplus, \.deficit, \.uncounted, \.outgrownUnits, \.unmeasuredUnits,
        ]
    }

    private var unboundedUnits: Int64 {
        get { Int64(unbounded) }
        set { unbounded = Int(newValue) }
    }
    private var outgrownUnits: Int64 {
        get { Int64(outgrown) }
        set { outgrown = Int(newValue) }
    }
    private var unmeasuredUnits: Int64 {
        get { Int64(unmeasured) }
        set { unmeasured = Int(newValue) }
    }
}
