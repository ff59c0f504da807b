import ArgumentParser
import Daemon
import Foundation

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure an aggregator of this binary beside an empty handler and PostgreSQL, in one run, as ratios.",
        discussion: """
            W1: one summary of 12 buildings × 8 counts per request, 64 connections, answered after the fsync; the \
            median of three. W2: 200 compounds reconnect at once, each with 500 revisions in order, then with the last \
            alone. W3: city figures read while W1 runs. W4: memory and disk per compound, after W1. A node at rest, \
            its page of 5,000 households, and the durable records of 32 phones at once. Readers: city figures while ingest \
            runs at half its rate, and ingest beside dashboards that poll with the tag of what they have. Releases: what the public edge takes to decide what it hides. Client and servers share this \
            machine; compare ratios, not figures.
            """)
    @Option(help: "Compounds.") var compounds = 1000
    @Option(help: "Seconds of each measurement.") var seconds = 8
    @Option(help: "Times that W1 and the empty handler are measured; the median is printed.") var repeats = 3
    @Flag(help: "Measure a node alone.") var nodeOnly = false
    @Flag(help: "Measure readers of figures alone: cities of 1,000 and of 100,000 compounds, 5,000 dashboards.")
    var readersOnly = false
    @Flag(help: "Measure how long the planner of public releases takes, alone.") var releasesOnly = false
    @Option(help: "Folder for data; emptied first if an earlier run left it.") var folder = ".bench"

    func validate() throws {
        guard compounds > 0, seconds > 0, repeats > 0 else {
            throw ValidationError("--compounds, --seconds and --repeats must be above 0")
        }
    }

    func run() async throws {
        #if DEBUG
            Console.error("this is a debug build; figures of it mean nothing (use `make bench`)")
        #endif
        let path = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        let stage = try Stage(folder: path)
        defer { stage.stopAll() }
        let signals = stage.stoppedBySignals { Foundation.exit(1) }
        defer { withExtendedLifetime(signals) {} }
        var table = BenchTable()
        let empty = try await EmptyServer.start()
        table.machine()
        if releasesOnly {
            BenchReleases.rows(&table)
            return Console.out(table.text)
        }
        if nodeOnly {
            try BenchNode(stage: stage).rows(&table, emptyPort: empty.port, seconds: seconds, repeats: repeats)
            return Console.out(table.text)
        }
        let readers = BenchReaders(stage: stage, emptyPort: empty.port, seconds: seconds, repeats: repeats)
        if readersOnly {
            try readers.rows(&table)
            return Console.out(table.text)
        }
        let city = try BenchCity(stage: stage, compounds: compounds)

        let floor = Load.median(of: repeats, seconds: seconds) { worker in EmptyServer.client(empty.port, worker) }
        table.row("empty handler, POST of the same body", floor.rate, "/s", floor, 1)
        try city.preload()
        let reader = Reading(city: city, emptyPort: empty.port)
        let idle = reader.measure(seconds: 4)
        reader.start()
        let ingest = Load.median(of: repeats, seconds: seconds) { worker in
            city.worker(worker, ahead: Load.most * seconds)
        }
        let busy = reader.stop()
        table.row(
            "W1 durable updates, one per request", ingest.rate, "/s", ingest, ingest.rate / floor.rate,
            of: "empty handler")
        table.row("   of it spent in this client", ingest.clientShare * 100, "% of the processors", nil, nil)
        switch try PostgreSQL.upserts(folder: path, compounds: compounds, seconds: seconds) {
        case .rate(let peer):
            table.row("PostgreSQL upserts of 12 rows", peer, "/s", nil, ingest.rate / peer, of: "W1 ÷ this")
        case .absent: table.note("PostgreSQL is not installed: no peer in this run")
        case .failed(let why): table.note("PostgreSQL is installed and did not run: \(why)")
        }
        let memory = city.memory()
        let batched = try city.batched(rows: 4096, pushes: 24)
        table.row("rows in pushes of 4,096", batched, "rows/s", nil, nil)
        let every = try city.reconnect(compounds: min(200, compounds), revisions: 500)
        table.row("W2 reconnect of \(every.compounds), 500 revisions each", every.milliseconds, "ms", nil, nil)
        let storm = try city.reconnect(compounds: min(200, compounds), revisions: 1)
        table.row("   the last revision alone, 12 changed rows", storm.milliseconds, "ms", nil, nil)
        table.row("   body up per compound (gzip)", Double(storm.bytesUp), "B", nil, nil)
        table.row("   body up, nothing changed (gzip)", Double(storm.bytesNothing), "B", nil, nil)
        table.row("   body down", Double(storm.bytesDown), "B", nil, nil)
        table.row(
            "W3 city figures, idle, p99", idle.stats.p99, "ms", nil, idle.stats.p99 / idle.empty.p99, of: "empty GET")
        table.row(
            "W3 city figures, under W1, p99", busy.stats.p99, "ms", nil, busy.stats.p99 / busy.empty.p99,
            of: "empty GET")
        table.row("W4 proportional memory, empty process", memory.before, "MB", nil, nil)
        table.row("   per compound of 12 rows, after W1", memory.perCompound, "B", nil, nil)
        table.row("   on disk per compound", city.diskPerCompound(), "B", nil, nil)
        try BenchNode(stage: stage).rows(&table, emptyPort: empty.port, seconds: seconds, repeats: repeats)
        city.stop()
        try readers.rows(&table)
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
    /// How long it took.
    var seconds: Double
    var latencies: Latencies
    /// Of all processors, what the client's own threads used.
    var clientShare: Double
}

/// Connections in a closed loop, each on a thread of its own.
enum Load {
    static let connections = 64
    /// Requests a second of one of them that are made before the clock starts; what it sends beyond is made meanwhile.
    static let most = 200

    /// - Parameters:
    ///   - begins: called when every connection is ready.
    ///   - client: makes one connection's request, which returns false where it was not accepted.
    static func run(
        seconds: Int, connections: Int = connections, begins: () -> Void = {}, client: (Int) -> () -> Bool
    ) -> LoadResult {
        let gathered = Gathered()
        let requests = Requests(all: (0..<connections).map(client))
        begins()
        let start = ContinuousClock.now
        let before = processorSeconds()
        let end = start + .seconds(seconds)
        threads(connections) { worker in
            let request = requests.all[worker]
            var times: [Double] = []
            while ContinuousClock.now < end {
                let begun = ContinuousClock.now
                guard request() else { continue }
                times.append((ContinuousClock.now - begun) / .milliseconds(1))
            }
            gathered.add(times)
        }.wait()
        let took = (ContinuousClock.now - start) / .seconds(1)
        let all = gathered.all
        let share = (processorSeconds() - before) / took / Double(ProcessInfo.processInfo.activeProcessorCount)
        return LoadResult(
            rate: Double(all.count) / took, seconds: took, latencies: Latencies(all), clientShare: share)
    }

    /// Starts each body on a thread of its own. They step back where the processors are short, because clients
    /// run elsewhere: what is measured is the server.
    ///
    /// - Returns: what is left once all of them have ended.
    static func threads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> DispatchGroup {
        let group = DispatchGroup()
        for number in 0..<count {
            group.enter()
            let thread = Thread {
                Thread.stepBack(by: 10)
                body(number)
                group.leave()
            }
            thread.stackSize = 512 * 1024
            thread.start()
        }
        return group
    }

    /// The run whose rate is in the middle.
    static func median(
        of repeats: Int, seconds: Int, connections: Int = connections, client: (Int) -> () -> Bool
    ) -> LoadResult {
        let runs = (0..<max(1, repeats)).map { _ in run(seconds: seconds, connections: connections, client: client) }
        return runs.sorted { $0.rate < $1.rate }[runs.count / 2]
    }

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let (user, system) = (usage.ru_utime, usage.ru_stime)
        return Double(user.tv_sec + system.tv_sec) + Double(user.tv_usec + system.tv_usec) / 1_000_000
    }
}

/// What each connection does, for one thread each.
private struct Requests: @unchecked Sendable {
    let all: [() -> Bool]
}

final class Gathered: @unchecked Sendable {
    private let lock = NSLock()
    private var times: [Double] = []
    func add(_ more: [Double]) { lock.withLock { times += more } }
    var all: [Double] { lock.withLock { times } }
}

final class Counter: @unchecked Sendable {
    // `lock` guards it.
    private var total = 0
    private let lock = NSLock()
    func add(_ more: Int) { lock.withLock { total += more } }
    var sum: Int { lock.withLock { total } }
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
