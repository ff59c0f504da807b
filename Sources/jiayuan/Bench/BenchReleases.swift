import Coverage
import Simulator

/// What it takes to decide what the releases of an evening hide: a city of so many communities, ten to a street and ten
/// streets to a district, in each of which a part of what is due is done between two releases.
enum BenchReleases {
    static let communities = 1_000
    static let releases = 6

    static func rows(_ table: inout BenchTable) {
        var evening = Evening(communities)
        var history = ReleaseHistory()
        for number in 1...releases {
            evening.goOn()
            let counts = evening.table
            let begun = ContinuousClock.now
            let plan = history.plan(counts)
            if let plan { history.append(Release(counts, hidden: plan)) }
            table.row(
                "release \(number) over \(evening.places.count) places decided",
                (ContinuousClock.now - begun) / .milliseconds(1), "ms", nil, nil)
            let hidden = plan.map { Double($0.count { $0 }) * 100 / Double(counts.values.count) }
            table.row("   of its counts not published", hidden ?? 100, "%", nil, nil)
        }
    }

    private struct Evening {
        private(set) var places: [ReleaseTable.Place] = [.init(code: "city", parent: -1)]
        private var leaves: [(place: Int, done: Int64, due: Int64)] = []
        private var chance = Chance(20_220_406)

        init(_ communities: Int) {
            var (district, street) = (0, 0)
            for number in 0..<communities {
                if number % 100 == 0 { district = add("d\(number)", under: 0) }
                if number % 10 == 0 { street = add("s\(number)", under: district) }
                leaves.append(
                    (place: add("c\(number)", under: street), done: 0, due: .random(in: 40..<840, using: &chance)))
            }
        }

        private mutating func add(_ code: String, under parent: Int) -> Int {
            places.append(.init(code: code, parent: parent))
            return places.count - 1
        }

        mutating func goOn() {
            for index in leaves.indices {
                let missing = leaves[index].due - leaves[index].done
                leaves[index].done += .random(in: 0...missing, using: &chance)
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
}
