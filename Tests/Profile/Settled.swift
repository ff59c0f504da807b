import Coverage
import Foundation
import Generator
import Testing

@testable import District

/// That every place is served the truth, once everything has been heard.
enum Settled {
    /// Waits until every unit's own figures are there, then compares every place.
    ///
    /// - Parameters:
    ///   - truth: by place, units among them.
    ///   - isLost: what didn't hold already isn't waited for.
    static func expect(
        _ aggregator: Aggregator, _ city: City, _ truth: [String: SurveyCounts], within patience: Duration,
        isLost: () -> Bool = { false }
    )
        async throws
    {
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline, !isLost() {
            let picture = aggregator.look()
            guard truth.contains(where: { differs(picture, $0.key, $0.value) }) else { break }
            try await Task.sleep(for: .milliseconds(500))
        }
        let picture = aggregator.look()
        #expect(truth.filter { differs(picture, $0.key, $0.value) }.keys.sorted() == [])
        let root = try #require(picture.rollup.tree.place(city.code))
        let question = Question(period: City.round, measures: Coverage.Measure.all)
        #expect(picture.figures(root, question).completeness.known == city.units.count)
        #expect(
            Rollup.recomputed(
                Hierarchy(current: picture.rollup.tree), shelf: picture.rollup.shelf, speakers: picture.speakers,
                now: picture.now
            ).cuts == picture.rollup.cuts, "incremental equals recomputed")
    }

    private static func differs(_ picture: Picture, _ code: String, _ truth: SurveyCounts) -> Bool {
        guard let spot = picture.spot(code) else { return true }
        let question = Question(period: City.round, measures: Coverage.Measure.all)
        return !zip(picture.figures(spot, question).measures, Told(truth).rates).allSatisfy { measured, want in
            measured.figure.isExact && measured.figure.evidence.numerator == want.numerator
                && measured.figure.evidence.denominator == want.denominator
        }
    }
}
