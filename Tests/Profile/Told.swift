import Generator

/// The counts of the three rates, as the generator defines them.
struct Told: Sendable, Equatable {
    struct Rate: Sendable, Equatable {
        var numerator = 0
        var denominator = 0
    }
    var rates = Array(repeating: Rate(), count: 3)

    init() {}
    init(_ counts: SurveyCounts) {
        rates = [counts.completion, counts.contact, counts.tested].map {
            Rate(numerator: $0.numerator, denominator: $0.denominator)
        }
    }

    static func += (sum: inout Told, part: Told) {
        for place in sum.rates.indices {
            sum.rates[place].numerator += part.rates[place].numerator
            sum.rates[place].denominator += part.rates[place].denominator
        }
    }
}
