package import Coverage

/// Somebody who has every release of a measure, knows the rules, and reckons.
package struct Outsider {
    /// What he takes for granted from one release to the next.
    package enum Belief: CaseIterable {
        case nothing
        /// What is done only rises, what is missing only falls, what is due stays or rises, wherever that is so.
        case progress
    }
    private var system = IntegerSystem()
    private var numbers: [[Int]] = []
    private let releases: [Release]

    private var truth: [Int64] = []

    /// He even knows each count to this much: what he can't find out so, nobody can.
    private static let margin = Disclosure.spread

    package init(_ releases: [Release], believing belief: Belief) {
        self.releases = releases
        for release in releases {
            let table = release.table
            let numbers = table.values.enumerated().map { cell, value in
                guard release.hidden[cell] else { return system.add(value...value) }
                let known = table.range(cell)
                let near = max(known.lowerBound, value - Self.margin)...min(known.upperBound, value + Self.margin)
                return system.add(near)
            }
            truth += table.values
            for index in table.places.indices {
                let cells = (0..<3).map { numbers[index * 3 + $0] }
                system.equate([(cells[0], 1), (cells[1], 1), (cells[2], -1)])
                let children = table.places.indices.filter { table.places[$0].parent == index }
                guard !children.isEmpty else { continue }
                for column in 0..<3 {
                    system.equate([(cells[column], -1)] + children.map { (numbers[$0 * 3 + column], 1) })
                }
            }
            self.numbers.append(numbers)
        }
        if belief == .progress { believe() }
    }

    private mutating func believe() {
        for (earlier, later) in zip(releases.indices, releases.indices.dropFirst()) {
            for (cell, old) in releases[earlier].table.values.enumerated() {
                let new = releases[later].table.values[cell]
                let (before, after) = (numbers[earlier][cell], numbers[later][cell])
                // Another round asks the same people anew.
                guard releases[earlier].round == releases[later].round || cell % 3 == 2 else { continue }
                switch cell % 3 {
                case 0 where new >= old: system.order(before, after)
                case 1 where new <= old: system.order(after, before)
                case 2 where new >= old:
                    system.order(before, after)
                    if new == old { system.order(after, before) }
                default: break
                }
            }
        }
    }

    /// What he finds out about hidden counts that he mustn't.
    package var finds: [String] {
        var finds: [String] = []
        for (release, published) in releases.enumerated() {
            for (cell, isHidden) in published.hidden.enumerated() where isHidden {
                let number = numbers[release][cell]
                guard !system.spreads(number, by: Disclosure.spread, near: truth) else { continue }
                let interval = system.interval(number).map { "\($0)" } ?? "nothing fits"
                finds.append("release \(release), cell \(cell): \(interval)")
            }
        }
        return finds
    }
}
