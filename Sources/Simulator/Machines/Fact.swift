import Daemon
import Federation
import Foundation

/// What somebody found at a door, as small as it can be and still be counted.
struct Fact: Hashable, Sendable {
    enum Finding: Int, CaseIterable, Sendable { case unvisited, completed, refused, vacant }

    var id: UInt64
    var round: Int
    var building: Int
    var door: Int
    var finding: Finding
    /// When it was recorded; with the id a total order, so that the fold never depends on arrival.
    var stamp: Int64

    func outranks(_ other: Fact) -> Bool { stamp != other.stamp ? stamp > other.stamp : id > other.id }
}

/// A compound: its buildings and doors, which nobody forgets.
struct Frame: Sendable {
    var unit: Code
    /// Doors per building; 0 for one that stands in another compound.
    var doors: [Int]
    var ceiling: Int64
    /// Set before the codes of the buildings from here on: where two compounds became one, both had a first building.
    var prefixes: [(from: Int, prefix: String)] = []
    /// It follows other compounds: buildings come with their journals.
    var isHeir = false

    /// - Returns: nil if no building has this code.
    func building(_ number: Int) -> Code? {
        let part = prefixes.last { $0.from <= number } ?? (0, "")
        return Code("\(part.prefix)b\(number - part.from)")
    }

    /// A building with doors, at or after a number.
    func inhabited(_ number: Int) -> Int {
        (0..<doors.count).map { (number + $0) % doors.count }.first { doors[$0] > 0 } ?? number
    }

    var households: Int { doors.reduce(0, +) }
}

/// The rounds of a world and the catalogues that programs of different age count under.
enum Rounds {
    static let dataset = Code(literal: "survey")
    static let claims = Code(literal: "claim")
    static let claimCatalogue = catalogue(["claimed", "counted"], of: claims)
    static let all = [Code(literal: "round-1"), Code(literal: "round-2"), Code(literal: "round-3")]
    static let catalogues = [
        catalogue(["unvisited", "completed", "refused", "vacant"]),
        catalogue(["unvisited", "completed", "refused", "vacant", "absent"]),
    ]

    private static func catalogue(_ codes: [String], of dataset: Code = dataset) -> Catalogue {
        Catalogue(
            dataset: dataset,
            indicators: codes.compactMap { Code($0) }.map {
                Indicator(code: $0, unit: .households, suppression: Code(literal: "open"))
            })
    }

    /// The shipped list with a later one of the survey below it, as a newer program has it.
    static var newerList: String {
        let shipped = Asset.text("indicators.yaml") ?? ""
        let survey = shipped.components(separatedBy: "\n- dataset: ").last { $0.hasPrefix("survey") } ?? ""
        return "\(shipped)\n- dataset: \(survey.trimmingCharacters(in: .newlines))\n    - [spare, households, open]\n"
    }

    /// Which columns of the survey's vector are done and which are still open, by its width.
    static func columns(_ width: Int) -> (done: [Int], open: [Int]) {
        switch width {
        case 4: ([1, 2], [0])
        case 5: ([1, 2, 4], [0])
        // A district's row of one unit: how it stands comes before what it counts.
        case 10, 11, 32, 33: behind(6, columns(width - 6))
        // unvisited, completed, partial, nobody_home, nobody_home_final, absent, postponed, refused, vacant,
        // not_dwelling, not_found, moved, language, other, and people; then the doors of which nobody is listed.
        default: ([1, 2, 4, 5, 7, 10, 11, 12, 13], [0, 3, 6])
        }
    }

    /// Which columns of a compound's survey count households; those behind them count people.
    static func households(_ width: Int) -> Range<Int> { 0..<min(width, 14) }

    private static func behind(_ flags: Int, _ own: (done: [Int], open: [Int])) -> (done: [Int], open: [Int]) {
        (own.done.map { $0 + flags }, own.open.map { $0 + flags })
    }
}

/// Numerator and denominator of survey completion, as an oracle counts them.
struct Completion: Hashable, Sendable {
    var done = 0
    var due = 0

    static func + (a: Completion, b: Completion) -> Completion { Completion(done: a.done + b.done, due: a.due + b.due) }
}
