import ArgumentParser
import Foundation
import Simulator

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run made-up worlds in which everything goes wrong, and check what must hold.",
        discussion: """
            A seed is a world: compounds, districts, people who record, a network and faults, all in one process under \
            a simulated clock, with the real code in between. First faults, then everything is mended and must agree. \
            Seed and commit reproduce a run.
            """)
    @Option(help: "One seed.") var seed: UInt64?
    @Option(help: "How many seeds, from --from on.") var seeds: UInt64 = 100
    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "memory: stores in memory, many seeds. disk: SQLite over a disk that forgets what wasn't synced.")
    var depth = World.Depth.memory
    @Option(help: "Seeds that run side by side.") var threads = ProcessInfo.processInfo.activeProcessorCount
    @Flag(help: "With --seed: print what happens, in simulated milliseconds.") var trace = false
    @Flag(help: "Fail if a fault never fired or a decision was never taken.") var complete = false

    func validate() throws {
        guard seeds > 0, threads > 0 else { throw ValidationError("--seeds and --threads must be above 0") }
    }

    func run() throws {
        if depth == .disk { try SimulatedDisk.install(time: 1_649_239_200_000, seed: 1) }
        if let seed { return try one(seed) }
        let begun = ContinuousClock.now
        let progress = Progress("simulate", total: Int(seeds))
        let summary = Simulation.run(seeds: Array(from..<(from + seeds)), depth: depth, threads: threads) {
            progress.update($0)
        }
        report(summary, seconds: (ContinuousClock.now - begun) / .seconds(1))
        let absent = summary.absent.map(\.rawValue)
        if complete, !absent.isEmpty {
            Console.error("never happened: \(absent.joined(separator: ", "))")
            throw ExitCode(1)
        }
        if !summary.failures.isEmpty { throw ExitCode(1) }
    }

    private func one(_ seed: UInt64) throws {
        let report = Simulation.run(seed: seed, depth: depth, traces: trace)
        for line in report.trace { Console.out(line) }
        for violation in report.violations { Console.out("✕ \(violation)") }
        guard report.violations.isEmpty else { throw ExitCode(1) }
        Console.out("✓ seed \(seed): \(report.records) records, \(report.events) events, every invariant held")
    }

    private func report(_ summary: Simulation.Summary, seconds: Double) {
        Console.out("how often each fault fired and each decision was taken:")
        for one in Occurrence.allCases {
            let name = one.rawValue.padding(toLength: 30, withPad: " ", startingAt: 0)
            let number = String(summary.occurrences[one, default: 0])
            let padded = String(repeating: " ", count: max(0, 10 - number.count)) + number
            Console.out("  \(name)\(padded)  \(one.meaning)")
        }
        for failure in summary.failures.prefix(20) {
            for violation in failure.violations.prefix(3) { Console.out("✕ seed \(failure.seed): \(violation)") }
            Console.out("  replay: jiayuan simulate --seed \(failure.seed) --depth \(depth.rawValue) --trace")
        }
        let minutes = seconds / 60
        let ratio = Double(summary.simulatedMilliseconds) / 1000 / max(seconds, 0.001)
        Console.out(
            String(
                format: "%d seeds, %d failed; %d records, %d events; %.0f seeds and %.0f events per minute; "
                    + "simulated time runs %.0f times as fast as the clock", summary.seeds, summary.failures.count,
                summary.records, summary.events, Double(summary.seeds) / minutes, Double(summary.events) / minutes,
                ratio))
    }
}

extension World.Depth: ExpressibleByArgument {}
