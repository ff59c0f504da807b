import Coverage

/// What it takes to decide what the releases of an evening hide: a city of so many communities, ten to a street and ten
/// streets to a district, in each of which a part of what is due is done between two releases.
enum BenchReleases {
    static let communities = 1_000
    static let releases = 6

    static func rows(_ table: inout BenchTable) {
        var evening = Evening(communities)
        var history = ReleaseHistory()
        var times: [Double] = []
        var hidden = 0
        for _ in 0..<releases {
            evening.goOn()
            let counts = evening.table
            let begun = ContinuousClock.now
            guard let plan = history.plan(counts) else { return table.note("a release was not decided") }
            history.append(Release(counts, hidden: plan))
            times.append((ContinuousClock.now - begun) / .milliseconds(1))
            hidden = plan.count { $0 }
        }
        table.row("release over \(evening.places.count) places, the first", times[0], "ms", nil, nil)
        table.row("   the slowest of \(releases)", times.max() ?? 0, "ms", nil, nil)
        table.row(
            "   hidden in the last", Double(hidden) * 100 / Double(evening.places.count * 3), "% of the counts", nil, nil)
    }

    private struct Evening {
        private(set) var places: [ReleaseTable.Place] = [.init(code: "city", parent: -1)]
        private var leaves: [(place: Int, done: Int64, due: Int64)] = []
        private var drawn = Drawn()

        init(_ communities: Int) {
            var (district, street) = (0, 0)
            for number in 0..<communities {
                if number % 100 == 0 { district = add("d\(number)", under: 0) }
                if number % 10 == 0 { street = add("s\(number)", under: district) }
                leaves.append((place: add("c\(number)", under: street), done: 0, due: Int64(drawn.next(800)) + 40))
            }
        }

        private mutating func add(_ code: String, under parent: Int) -> Int {
            places.append(.init(code: code, parent: parent))
            return places.count - 1
        }

        mutating func goOn() {
            for index in leaves.indices {
                let missing = leaves[index].due - leaves[index].done
                leaves[index].done += Int64(drawn.next(Int(missing) + 1))
            }
        }

        var table: ReleaseTable {
            var counts = Array(repeating: (done: Int64(0), due: Int64(0)), count: places.count)
            for leaf in leaves {
                var place = leaf.place
                while place >= 0 {
                    counts[place].done += leaf.done
                    counts[place].due += leaf.due
                    place = places[place].parent
                }
            }
            return ReleaseTable(places, counts: counts)
        }
    }

    /// The same numbers in every run.
    private struct Drawn {
        private var state: UInt64 = 20_220_406

        mutating func next(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % max(1, below)
        }
    }
}
