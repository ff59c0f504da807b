import Laws
import Testing

/// The outsider's reckoning itself, against trying everything.
@Suite struct IntegerSystemTests {
    @Test func intervalsAreThoseOfAllSolutions() {
        var random = SplitMix(1)
        for _ in 0..<300 {
            var system = IntegerSystem()
            let ranges = (0..<4).map { _ in
                let low = Int64.random(in: 0...3, using: &random)
                return low...(low + .random(in: 0...4, using: &random))
            }
            for range in ranges { _ = system.add(range) }
            let sums = (0..<2).map { _ in (0..<4).map { _ in Int64.random(in: -1...1, using: &random) } }
            for sum in sums { system.equate(sum.enumerated().filter { $1 != 0 }.map { ($0, $1) }) }
            let (less, more) = (Int.random(in: 0...3, using: &random), Int.random(in: 0...3, using: &random))
            system.order(less, more)
            var found: [[Int64]] = []
            for a in ranges[0] {
                for b in ranges[1] {
                    for c in ranges[2] {
                        for d in ranges[3] {
                            let all = [a, b, c, d]
                            let fits = sums.allSatisfy { zip($0, all).reduce(0) { $0 + $1.0 * $1.1 } == 0 }
                            if fits, all[less] <= all[more] { found.append(all) }
                        }
                    }
                }
            }
            for number in 0..<4 {
                let values = found.map { $0[number] }
                let expected = values.min().flatMap { least in values.max().map { least...$0 } }
                #expect(system.interval(number) == expected)
            }
        }
    }
}
