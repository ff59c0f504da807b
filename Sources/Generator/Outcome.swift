/// What a household's evening really came to; drawn before anything is observed.
package struct Outcome: Hashable, Sendable {
    /// Nil where nobody came.
    package var disposition: Disposition?
    /// People by class where the door answered.
    package var people: People?
    /// Rounds of the building in which somebody stood before the door.
    package var passes: Int
    /// The household had given other numbers by telephone before.
    package var isCorrected: Bool

    static let unvisited = Outcome(disposition: nil, people: nil, passes: 0, isCorrected: false)
}

/// Draws the outcome of each door. Shares are per 10,000 and assumptions of the generator.
struct OutcomeDrawing {
    let site: Site
    let streams: Streams

    func outcome(_ household: Household, index: Int) -> Outcome {
        var stream = streams.stream(.outcome, index)
        let disposition = disposition(household, &stream)
        let passes = passes(disposition, &stream)
        let people =
            disposition.hasPeople ? people(household.living, index: index, partial: disposition == .partial) : nil
        let isCorrected = disposition == .completed && passes == 1 && stream.chance(150, of: 10_000)
        return Outcome(disposition: disposition, people: people, passes: passes, isCorrected: isCorrected)
    }

    private func disposition(_ household: Household, _ stream: inout Stream) -> Disposition {
        if household.living == 0 { return household.state == .notDwelling ? .notDwelling : .vacant }
        let weights = site.kind == .article ? OutcomeDrawing.articleWeights : OutcomeDrawing.weights
        return OutcomeDrawing.dispositions[stream.place(in: weights)]
    }

    private static let dispositions: [Disposition] = [
        .completed, .partial, .nobodyHome, .absent, .postponed, .refused, .moved, .notFound, .language, .other,
    ]
    private static let weights = [9_192, 150, 200, 250, 80, 40, 60, 8, 10, 10]
    /// The article's compound refuses nobody.
    private static let articleWeights = [9_232, 150, 200, 250, 80, 0, 60, 8, 10, 10]

    /// Three of four doors open on a first evening visit, 98 % within three.
    private func passes(_ disposition: Disposition, _ stream: inout Stream) -> Int {
        switch disposition {
        case .completed, .partial, .refused, .language, .postponed: 1 + stream.place(in: [75, 21, 4])
        case .nobodyHome: 2 + stream.place(in: [40, 40, 20])
        case .absent, .vacant, .notDwelling, .notFound, .moved, .other: 1
        }
    }

    private func people(_ living: Int, index: Int, partial: Bool) -> People {
        var stream = streams.stream(.person, index)
        var people = People()
        for _ in 0..<living { people[person(partial, &stream)] += 1 }
        if people[.absent] == living {
            // Somebody opened the door.
            people[.absent] -= 1
            people[.tested] += 1
        }
        return people
    }

    private func person(_ partial: Bool, _ stream: inout Stream) -> PeopleClass {
        let refused = site.kind == .article ? 0 : 5
        // Who answers in part does not know of everybody.
        let untested = partial ? 2_500 : 150
        let rest = 10_000 - 260 - 50 - 20 - 80 - 640 - 160 - 600 - refused - untested
        return OutcomeDrawing.classes[stream.place(in: [rest, 260, 50, 20, 80, 640, 160, 600, refused, untested])]
    }

    private static let classes: [PeopleClass] = [
        .tested, .exempt, .deferred, .otherChannel, .homeService, .elsewhereVerified, .elsewhereUnverified, .absent,
        .refused, .untested,
    ]
}
