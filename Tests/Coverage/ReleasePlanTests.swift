import Coverage
import Laws
import Testing

/// What is hidden can't be found out from what is shown, in one release and in all of them together.
@Suite struct ReleasePlanTests {
    /// A root over leaves.
    private static func table(_ leaves: [(done: Int64, due: Int64)]) -> ReleaseTable {
        let root = (leaves.reduce(0) { $0 + $1.done }, leaves.reduce(0) { $0 + $1.due })
        return ReleaseTable(
            [.init(code: "root", parent: -1)] + leaves.indices.map { .init(code: "\($0)", parent: 0) },
            counts: [root] + leaves)
    }

    private static func primary(_ table: ReleaseTable) -> [Bool] { table.values.map { (1...9).contains($0) } }

    @Test func hidingOnlyTheSmallIsFoundOut() {
        let table = Self.table([(4, 200), (150, 180), (90, 160)])
        let finds = Outsider([Release(table, hidden: Self.primary(table))], believing: .nothing).finds
        #expect(finds == ["release 0, cell 3: 4...4"])
    }

    /// No shown count gives either away by subtraction, and yet both are known: their sum leaves little room.
    @Test func whatNoSubtractionGivesAwayIsFoundByReckoningInWholeNumbers() {
        let table = Self.table([(0, 90), (1, 80), (1, 70)])
        var hidden = Self.primary(table)
        for place in 2...3 { hidden[ReleaseTable.cell(place, .missing)] = true }
        let finds = Outsider([Release(table, hidden: hidden)], believing: .nothing).finds
        #expect(finds.count == 5, "both counts, what they leave, and their sum, which is small too")
    }

    @Test func whatWasHiddenIsFoundOutFromALaterRelease() throws {
        let before = Self.table([(9, 200), (19, 180), (90, 360)])
        let after = Self.table([(10, 200), (20, 180), (95, 360)])
        let hidden = try #require(ReleaseHistory().plan(before))
        let shown = Array(repeating: false, count: hidden.count)
        let releases = [Release(before, hidden: hidden), Release(after, hidden: shown)]
        #expect(Outsider(releases, believing: .nothing).finds.isEmpty)
        #expect(!Outsider(releases, believing: .progress).finds.isEmpty)

        var history = ReleaseHistory()
        history.append(releases[0])
        let planned = try #require(history.plan(after))
        #expect(planned != shown, "nothing is small any more, and to show all of it would tell what was")
        #expect(Outsider([releases[0], Release(after, hidden: planned)], believing: .progress).finds.isEmpty)
    }

    @Test func whatIsSmallIsHiddenAndWhatIsZeroIsShown() throws {
        let table = Self.table([(0, 40), (40, 40), (3, 50), (60, 80)])
        let hidden = try #require(ReleaseHistory().plan(table))
        for (cell, value) in table.values.enumerated() {
            if (1...9).contains(value) { #expect(hidden[cell]) }
            if value == 0 { #expect(!hidden[cell]) }
        }
        #expect(!hidden[ReleaseTable.cell(0, .due)] && !hidden[ReleaseTable.cell(0, .done)], "the whole is shown")
    }

    @Test func whatNobodyCanProtectIsntPublished() throws {
        let all = try #require(ReleaseHistory().plan(Self.table([(2, 4)])))
        #expect(all.allSatisfy { $0 }, "all there is, is small")
        let wrong = ReleaseTable(
            [.init(code: "root", parent: -1), .init(code: "0", parent: 0)], counts: [(10, 20), (11, 20)])
        #expect(ReleaseHistory().plan(wrong) == nil, "counts of different moments")
    }

    /// Ceilings of whom nobody was heard are published in tens, and add up along the tree to the ceilings themselves.
    @Test func aCeilingThatIsKnownNarrowsWhatMayBe() throws {
        func table(_ ceilings: [Int64?]) -> ReleaseTable {
            let dues = [9, 91, 91, 91, 91] as [Int64]
            let places: [ReleaseTable.Place] =
                [.init(code: "root", parent: -1)]
                + dues.indices.map { .init(code: "\($0)", parent: 0, ceiling: ceilings[$0]) }
            return ReleaseTable(places, counts: [(160, 373)] + dues.map { ($0 == 9 ? 0 : 40, $0) })
        }
        let known = table([11, 91, 91, 91, 91])
        let careless = try #require(ReleaseHistory().plan(table(Array(repeating: nil, count: 5))))
        #expect(!Outsider([Release(known, hidden: careless)], believing: .nothing).finds.isEmpty)
        let hidden = try #require(ReleaseHistory().plan(known))
        #expect(Outsider([Release(known, hidden: hidden)], believing: .nothing).finds.isEmpty)
    }

    /// Whoever is due in one round is due in the next: what the one hides, the other must not tell.
    @Test func whatOneRoundHidesNoOtherTells() throws {
        let first = Self.table([(0, 5), (30, 60), (35, 70), (40, 80)])
        let second = Self.table([(0, 5), (60, 60), (35, 70), (40, 80)])
        func plans(_ history: inout ReleaseHistory) throws -> [Release] {
            try [(first, "survey"), (second, "tests")].map { table, round in
                let release = Release(table, hidden: try #require(history.plan(table, round: round)), round: round)
                history.append(release)
                return release
            }
        }
        var (one, other, both) = (ReleaseHistory(), ReleaseHistory(), ReleaseHistory())
        let apart = [try plans(&one)[0], Release(second, hidden: try #require(other.plan(second)), round: "tests")]
        #expect(!Outsider(apart, believing: .progress).finds.isEmpty, "each for itself, they tell of each other")
        #expect(Outsider(try plans(&both), believing: .progress).finds.isEmpty)
    }

    // MARK: Rounds made up at random

    struct Round {
        var random: SplitMix
        var parents: [Int]
        var leaves: [(done: Int64, due: Int64)]
        var heard: [Bool]

        init(seed: UInt64, places: ClosedRange<Int>) {
            random = SplitMix(seed)
            let count = Int.random(in: places, using: &random)
            parents = [-1]
            for place in 1..<count { parents.append(Int.random(in: max(0, place - 4)..<place, using: &random)) }
            leaves = []
            heard = []
            for _ in parents {
                let due = Int64.random(
                    in: [0...9, 5...30, 30...90][Int.random(in: 0...2, using: &random)], using: &random)
                leaves.append(
                    (Bool.random(using: &random) ? min(due, .random(in: 0...12, using: &random)) : due / 2, due))
                heard.append(Int.random(in: 0...5, using: &random) > 0)
            }
        }

        mutating func goOn(regress: Bool) {
            for place in leaves.indices {
                if Int.random(in: 0...2, using: &random) == 0 { heard[place] = true }
                let left = leaves[place].due - leaves[place].done
                if Bool.random(using: &random) { leaves[place].done += .random(in: 0...left, using: &random) }
                if regress, Int.random(in: 0...7, using: &random) == 0 { leaves[place].done /= 2 }
                if regress, Int.random(in: 0...9, using: &random) == 0 { leaves[place].due += 3 }
            }
        }

        var table: ReleaseTable {
            var counts = parents.indices.map { place -> (done: Int64, due: Int64) in
                parents.contains(place) || !heard[place] ? (0, 0) : leaves[place]
            }
            for place in parents.indices.reversed() where parents[place] >= 0 {
                counts[parents[place]].done += counts[place].done
                counts[parents[place]].due += counts[place].due
            }
            return ReleaseTable(parents.enumerated().map { .init(code: "\($0)", parent: $1) }, counts: counts)
        }
    }

    @Test(arguments: 0..<8) func noReleaseGivesAwayWhatItHides(block: UInt64) {
        var planned = 0
        for seed in block * 25..<(block + 1) * 25 {
            let table = Round(seed: seed, places: 3...12).table
            guard let hidden = ReleaseHistory().plan(table) else { continue }
            planned += 1
            #expect(ReleaseHistory().plan(table) == hidden)
            #expect(zip(hidden, Self.primary(table)).allSatisfy { $0 || !$1 })
            let finds = Outsider([Release(table, hidden: hidden)], believing: .nothing).finds
            #expect(finds.isEmpty, "seed \(seed): \(finds)")
        }
        #expect(planned >= 24, "a first release has no past that ties it")
    }

    @Test(arguments: 0..<8) func noReleaseGivesAwayWhatEarlierOnesHid(block: UInt64) {
        var planned = 0
        for seed in block * 5..<(block + 1) * 5 {
            var round = Round(seed: seed, places: 3...8)
            var history = ReleaseHistory()
            for _ in 0..<3 {
                let table = round.table
                if let hidden = history.plan(table) {
                    planned += 1
                    history.append(Release(table, hidden: hidden))
                }
                round.goOn(regress: seed % 3 == 0)
            }
            for belief in Outsider.Belief.allCases {
                let finds = Outsider(history.releases, believing: belief).finds
                #expect(finds.isEmpty, "seed \(seed), \(belief): \(finds)")
            }
        }
        #expect(planned >= 9, "\(planned) of 15")
    }

    /// Communities at very different paces, and at last a few households here and there: hardly a release is withheld.
    @Test func anEveningThatGoesByFitsAndStartsIsTold() {
        var withheld = 0
        for seed in 0..<4 as Range<UInt64> {
            var random = SplitMix(seed)
            var places: [ReleaseTable.Place] = [.init(code: "city", parent: -1)]
            for street in 0..<6 { places.append(.init(code: "s\(street)", parent: 0)) }
            for community in 0..<60 { places.append(.init(code: "c\(community)", parent: 1 + community / 10)) }
            let due = places.indices.map { $0 < 7 ? 0 : Int64.random(in: 40...840, using: &random) }
            var missing = due
            var history = ReleaseHistory()
            for _ in 0..<8 {
                for place in missing.indices { missing[place] = .random(in: 0...missing[place], using: &random) }
                var counts = places.indices.map { (done: due[$0] - missing[$0], due: due[$0]) }
                for place in places.indices.dropFirst().reversed() {
                    counts[places[place].parent].done += counts[place].done
                    counts[places[place].parent].due += counts[place].due
                }
                let table = ReleaseTable(places, counts: counts)
                guard let hidden = history.plan(table) else {
                    withheld += 1
                    continue
                }
                history.append(Release(table, hidden: hidden))
            }
        }
        #expect(withheld <= 1, "\(withheld) of 32")
    }

    /// The day of a district that is like ours: it must be worth reading.
    @Test func mostOfADistrictIsShown() throws {
        var random = SplitMix(7)
        var places: [ReleaseTable.Place] = [.init(code: "district", parent: -1)]
        for street in 0..<6 { places.append(.init(code: "s\(street)", parent: 0)) }
        for community in 0..<60 { places.append(.init(code: "c\(community)", parent: 1 + community % 6)) }
        let due = places.map { _ in Int64.random(in: 150...900, using: &random) }
        let pace = places.map { _ in Double.random(in: 0.6...1.4, using: &random) }
        var history = ReleaseHistory()
        for share in [0.01, 0.08, 0.3, 0.55, 0.8, 0.95, 0.99, 1] {
            var counts = places.indices.map { place -> (done: Int64, due: Int64) in
                place < 7
                    ? (0, 0)
                    : (min(due[place], Int64(Double(due[place]) * share * (share == 1 ? 2 : pace[place]))), due[place])
            }
            for place in places.indices.dropFirst().reversed() {
                counts[places[place].parent].done += counts[place].done
                counts[places[place].parent].due += counts[place].due
            }
            let table = ReleaseTable(places, counts: counts)
            let hidden = try #require(history.plan(table), "at \(share)")
            let (small, all) = (Self.primary(table).count { $0 }, hidden.count { $0 })
            #expect(all <= 4 * small + 8, "at \(share): \(all) for \(small)")
            #expect(!hidden[0] && !hidden[1] && !hidden[2], "the district's own, at \(share)")
            history.append(Release(table, hidden: hidden))
        }
    }
}
