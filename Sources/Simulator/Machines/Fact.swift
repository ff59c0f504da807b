import Federation

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
    /// Doors per building.
    var doors: [Int]
    var ceiling: Int64

    var households: Int { doors.reduce(0, +) }
}

/// The rounds of a world and the catalogues that programs of different age count under.
enum Rounds {
    static let dataset = Code(literal: "survey")
    static let all = [Code(literal: "round-1"), Code(literal: "round-2"), Code(literal: "round-3")]
    static let catalogues = [
        catalogue(["unvisited", "completed", "refused", "vacant"]),
        catalogue(["unvisited", "completed", "refused", "vacant", "absent"]),
    ]

    private static func catalogue(_ codes: [String]) -> Catalogue {
        Catalogue(
            dataset: dataset,
            indicators: codes.compactMap { Code($0) }.map {
                Indicator(code: $0, unit: .households, suppression: Code(literal: "open"))
            })
    }

    /// - Returns: nil if no building has this code.
    static func building(_ number: Int) -> Code? { Code("b\(number)") }
}

/// Numerator and denominator of survey completion, as an oracle counts them.
struct Completion: Hashable, Sendable {
    var done = 0
    var due = 0

    static func + (a: Completion, b: Completion) -> Completion { Completion(done: a.done + b.done, due: a.due + b.due) }
}
