import Foundation

/// Runs seeds and adds up what they say.
package struct Simulation: Sendable {
    package struct Summary: Sendable {
        package var seeds = 0
        package var events = 0
        package var records = 0
        package var simulatedMilliseconds: Int64 = 0
        package var occurrences: [Occurrence: Int] = [:]
        package var failures: [Report] = []

        package init() {}

        package mutating func add(_ report: Report) {
            seeds += 1
            events += report.events
            records += report.records
            simulatedMilliseconds += report.simulatedMilliseconds
            occurrences.merge(report.occurrences) { $0 + $1 }
            if !report.violations.isEmpty { failures.append(report) }
        }

        /// Faults that never fired and decisions that were never taken.
        package var absent: [Occurrence] { Occurrence.allCases.filter { occurrences[$0, default: 0] == 0 } }
    }

    /// Every so many seeds the world is run twice, once with the right time on every node (invariant 13).
    private static let clockShare: UInt64 = 12

    package static func run(seed: UInt64, depth: World.Depth = .memory, traces: Bool = false) -> Report {
        var report = World(seed: seed, depth: depth, traces: traces).run()
        if seed % clockShare == 0, report.violations.isEmpty {
            // A clock's digits change the length of what is written, and so where a power cut falls: without those.
            let pair = [true, false].map { World(seed: seed, depth: depth, clocksTell: $0, cutsPower: false).run() }
            if pair[0].signature != pair[1].signature {
                report.violations.append(
                    Violation(
                        invariant: 13, what: "nodes' wall clocks changed what was published",
                        at: report.simulatedMilliseconds
                    ))
            }
        }
        return report
    }

    /// Runs seeds side by side, each on one thread from beginning to end.
    ///
    /// - Parameter progress: called now and then with how many are done.
    package static func run(
        seeds: [UInt64], depth: World.Depth, threads: Int, progress: @escaping @Sendable (Int) -> Void
    ) -> Summary {
        let shared = Shared(seeds)
        let group = DispatchGroup()
        for _ in 0..<max(1, threads) {
            group.enter()
            let thread = Thread {
                while let seed = shared.next() { progress(shared.add(run(seed: seed, depth: depth))) }
                group.leave()
            }
            thread.stackSize = 8 * 1024 * 1024
            thread.start()
        }
        group.wait()
        return shared.result
    }

    private final class Shared: @unchecked Sendable {
        // `lock` guards both.
        private let lock = NSLock()
        private var waiting: ArraySlice<UInt64>
        private var summary = Summary()

        init(_ seeds: [UInt64]) { waiting = seeds[...] }

        func next() -> UInt64? { lock.withLock { waiting.popFirst() } }
        func add(_ report: Report) -> Int {
            lock.withLock {
                summary.add(report)
                return summary.seeds
            }
        }
        var result: Summary { lock.withLock { summary } }
    }
}
