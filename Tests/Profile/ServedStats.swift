import Foundation
import Generator
import Sync
import Testing

/// What `GET /v1/stats` says, read from the bytes as any other program reads them.
struct ServedStats: Decodable {
    struct Place: Decodable {
        struct Measured: Decodable, Equatable {
            var measure: String
            var numerator: Int
            var denominator: Int
            var exact: Bool
        }
        struct Units: Decodable { var expected, heard: Int }
        var code: String
        var measures: [Measured]
        var units: Units
    }
    var place: Place
    var children: [Place]

    /// Asks for a city and everything below it, level by level, and compares each place.
    ///
    /// - Returns: how many places were served.
    static func expect(at url: String, _ city: City, _ truth: [String: SurveyCounts]) throws -> Int {
        let client = HTTPClient(base: url)
        var served: [String: Place] = [:]
        for level in ["district", "street", "community", "unit"] {
            let response = try client.send(
                "GET", "/v1/stats?division=\(city.code)&level=\(level)", limit: 256 * 1024 * 1024)
            let document = try JSONDecoder().decode(ServedStats.self, from: Data(response.body))
            for place in [document.place] + document.children { served[place.code] = place }
        }
        #expect(Set(served.keys) == Set(truth.keys))
        let expected = city.expected
        let wrong = served.values.filter { place in
            guard let want = truth[place.code].map({ Told($0) }) else { return true }
            let measures = zip(["completion", "contact", "tested"], want.rates).map {
                Place.Measured(
                    measure: "survey.\($0)", numerator: $1.numerator, denominator: $1.denominator, exact: true)
            }
            return place.measures != measures || place.units.expected != expected[place.code]
                || place.units.heard != place.units.expected
        }
        #expect(wrong.map { $0.code }.sorted() == [])
        return served.count
    }
}
