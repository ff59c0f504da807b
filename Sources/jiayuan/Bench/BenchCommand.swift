import ArgumentParser
import Foundation

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure an aggregator of this binary beside an empty handler and PostgreSQL, in one run, as ratios.",
        discussion: """
            W1: one summary of 12 buildings × 8 counts per request, 64 connections, answered after the fsync. W2: 200 \
            compounds reconnect at once, each with what changed. W3: city figures read while W1 runs. W4: memory and \
            disk per compound. Client and servers share this machine; compare ratios, not figures.
            """)
    @Option(help: "Compounds.") var compounds = 1000
    @Option(help: "Seconds of each measurement.") var seconds = 8
    @Option(help: "Folder for data; emptied first.") var folder = ".bench"

    func run() async throws {
        #if DEBUG
            Console.error("this is a debug build; figures of it mean nothing (use `make bench`)")
        #endif
        let path = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        let stage = try Stage(folder: path)
        defer { stage.stopAll() }
        var table = BenchTable()
        let city = try BenchCity(stage: stage, compounds: compounds)
        let empty = try await EmptyServer.start()
        table.machine()

        let floor = Load.run(seconds: seconds) { worker in EmptyServer.client(empty.port, worker) }
        table.row("empty handler, POST of the same body", floor.rate, "/s", floor, 1)
        try city.preload()
        let memory = city.memory()
        let reader = Reading(city: city, emptyPort: empty.port)
        let idle = reader.measure(seconds: 2)
        reader.start()
        let ingest = Load.run(seconds: seconds) { worker in city.worker(worker) }
        let busy = reader.stop()
        table.row(
            "W1 durable updates, one per request", ingest.rate, "/s", ingest, ingest.rate / floor.rate,
            of: "empty handler")
        if let peer = try PostgreSQL.upserts(folder: path, compounds: compounds, seconds: seconds) {
            table.row("PostgreSQL upserts of 12 rows", peer, "/s", nil, ingest.rate / peer, of: "W1 ÷ this")
        } else {
            table.note("PostgreSQL is not installed: no peer in this run")
        }
        let batched = try city.batched(rows: 4096, pushes: 24)
        table.row("rows in pushes of 4,096", batched, "rows/s", nil, nil)
        let storm = try city.reconnect(compounds: min(200, compounds))
        table.row("W2 reconnect of \(storm.compounds), 12 changed rows each", storm.milliseconds, "ms", nil, nil)
        table.row("   bytes up per compound (gzip)", Double(storm.bytesUp), "B", nil, nil)
        table.row("   bytes up, nothing changed (gzip)", Double(storm.bytesNothing), "B", nil, nil)
        table.row("   bytes down", Double(storm.bytesDown), "B", nil, nil)
        table.row(
            "W3 city figures, idle, p99", idle.stats.p99, "ms", nil, idle.stats.p99 / idle.empty.p99, of: "empty GET")
        table.row(
            "W3 city figures, under W1, p99", busy.stats.p99, "ms", nil, busy.stats.p99 / busy.empty.p99,
            of: "empty GET")
        table.row("W4 resident memory, empty process", memory.before, "MB", nil, nil)
        table.row("   per compound of 12 rows", memory.perCompound, "B", nil, nil)
        table.row("   on disk per compound", city.diskPerCompound(), "B", nil, nil)
        Console.out(table.text)
    }
}

/// Times of one kind of request, in milliseconds.
struct Latencies {
    private let sorted: [Double]
    init(_ times: [Double]) { sorted = times.sorted() }

    var count: Int { sorted.count }
    var p50: Double { quantile(0.5) }
    var p99: Double { quantile(0.99) }
    private func quantile(_ share: Double) -> Double {
        sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}

struct LoadResult {
    var rate: Double
    var latencies: Latencies
}

/// 64 connections in a closed loop, each on a thread of its own.
enum Load {
    static let connections = 64

    /// - Parameter client: makes one connection's request, which returns false where it was not accepted.
    static func run(seconds: Int, client: @escaping @Sendable (Int) -> () -> Bool) -> LoadResult {
        let gathered = Gathered()
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let group = DispatchGroup()
        for worker in 0..<connections {
            group.enter()
            let thread = Thread {
                let request = client(worker)
                var times: [Double] = []
                while ContinuousClock.now < end {
                    let begun = ContinuousClock.now
                    guard request() else { continue }
                    times.append((ContinuousClock.now - begun) / .milliseconds(1))
                }
                gathered.add(times)
                group.leave()
            }
            thread.stackSize = 512 * 1024
            thread.start()
        }
        group.wait()
        let took = (ContinuousClock.now - start) / .seconds(1)
        let all = gathered.all
        return LoadResult(rate: Double(all.count) / took, latencies: Latencies(all))
    }
}

final class Gathered: @unchecked Sendable {
    private let lock = NSLock()
    private var times: [Double] = []
    func add(_ more: [Double]) { lock.withLock { times += more } }
    var all: [Double] { lock.withLock { times } }
}

/// What is printed at the end.
struct BenchTable {
    private var lines: [String] = []

    mutating func machine() {
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model =
            cpu.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last.map(String.init)
            ?? "?"
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let memory = ProcessInfo.processInfo.physicalMemory / 1_073_741_824
        lines.append("machine: \(cores) ×\(model), \(memory) GiB; client and servers share it")
    }

    mutating func row(
        _ what: String, _ value: Double, _ unit: String, _ load: LoadResult?, _ ratio: Double?, of: String = ""
    ) {
        var line = what.padding(toLength: 44, withPad: " ", startingAt: 0)
        line += String(format: value < 100 ? "%10.2f" : "%10.0f", value) + " \(unit)"
        if let load { line += String(format: "   p50 %.2f ms  p99 %.2f ms", load.latencies.p50, load.latencies.p99) }
        if let ratio { line += String(format: "   %.2f × ", ratio) + of }
        lines.append(line)
    }

    mutating func note(_ text: String) { lines.append(text) }
    var text: String { lines.joined(separator: "\n") }
}
