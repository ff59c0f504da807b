import ArgumentParser
import Foundation

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Play the evening of 6 April: real processes, one cable pulled and mended, beside a truth no daemon has read."
    )
    @Flag(help: "End after the story with one line of JSON; exit 0 if every figure agreed with the truth, else 1.")
    var once = false
    @Option(help: "Decides who is absent, refuses or moves.") var seed: UInt64 = 1
    @Option(help: "Folder for data and logs; emptied first if an earlier run left it.") var folder = ".demo"
    @Option(help: "Break the run on purpose: \(Sabotage.allCases.map(\.rawValue).joined(separator: ", ")).")
    var sabotage: Sabotage?

    func run() throws {
        #if !DEBUG
            if sabotage != nil { throw ValidationError("a release build carries no sabotage; use a debug build") }
        #endif
        let path = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        let stage = try Stage(folder: path)
        let signals = stage.stoppedBySignals { [once] in Foundation.exit(once ? 1 : 0) }
        defer { withExtendedLifetime(signals) {} }
        let evening = try DemoEvening(stage: stage, seed: seed, sabotage: sabotage)
        var verdict: DemoVerdict
        do {
            verdict = try evening.play()
        } catch {
            stage.stopAll()
            verdict = evening.verdict
            verdict.ok = false
            Console.error("the story broke off: \(error)")
            // Nothing is left that a page could be opened of.
            if !once { throw Exit.refused }
        }
        if once {
            stage.stopAll()
            Console.out(verdict.json)
            if !verdict.ok { throw Exit.refused }
        } else {
            Console.out(
                "\n\(verdict.ok ? "每个数字都与真值一致。Every figure agreed with the truth." : "有数字与真值不一致。A figure differs from the truth.")"
            )
            Console.out("打开 Open: \(evening.dashboard)   (Ctrl-C 结束 ends)")
            while true { sleep(3600) }
        }
    }
}

/// Ways to break the demo on purpose, to show that it can fail.
enum Sabotage: String, CaseIterable, ExpressibleByArgument {
    case dropRow = "drop-row"
    case doubleCount = "double-count"
    case staleAsCurrent = "stale-as-current"
    case inwardRounding = "inward-rounding"
}

/// The line that a script reads.
struct DemoVerdict {
    var ok = true
    var seed: UInt64
    var truth = Expectation()
    var cutLower: Int64?
    var cutUpper: Int64?
    var silent = 0
    var end = Expectation()
    var endLower: Int64?
    var endUpper: Int64?
    var units = 0
    var households: Int64 = 0

    var json: String {
        func percent(_ permille: Int64?) -> String { permille.map { "\($0 / 10).\($0 % 10)" } ?? "null" }
        return "{\"ok\":\(ok),\"seed\":\(seed),\"truth\":\(truth.percent)"
            + ",\"cut\":{\"lower\":\(percent(cutLower)),\"upper\":\(percent(cutUpper)),\"silent\":\(silent)}"
            + ",\"end\":{\"coverage\":\(end.percent),\"lower\":\(percent(endLower)),\"upper\":\(percent(endUpper))}"
            + ",\"units\":\(units),\"households\":\(households)}"
    }
}
